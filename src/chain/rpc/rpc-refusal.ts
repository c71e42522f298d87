import { printable } from './answers/shape.js';

/** What the node said instead of a result. */
export interface RpcRefusal {
  code?: number;
  /** Printable, and cut. */
  message: string;
  data?: unknown;
  httpStatus?: number;
  retryAfter?: string;
}

/** A call that got no result. */
export class RefusedError extends Error {
  constructor(readonly refusal: RpcRefusal) {
    super(refusal.message);
  }
}

/** What came back over HTTP. */
export interface HttpAnswer {
  status: number;
  statusText: string;
  retryAfter?: string;
  /** Where a redirection leads, without path, query or credentials, which may hold a key. */
  redirectsTo?: string;
  text: string;
}

const DATA_CHARACTERS = 4_096;
const HEADER_CHARACTERS = 64;

export function isOk({ status }: HttpAnswer): boolean {
  return status >= 200 && status < 300;
}

/** Undefined: no JSON. */
export function jsonOf({ text }: HttpAnswer): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** @param given the `error` of an answer, whatever is in it */
export function refusalOf(response: HttpAnswer, given: unknown): RpcRefusal {
  const ofHttp = {
    ...(isOk(response) ? {} : { httpStatus: response.status }),
    ...(response.retryAfter === undefined
      ? {}
      : { retryAfter: response.retryAfter.slice(0, HEADER_CHARACTERS) }),
  };
  if (given === null || given === undefined) {
    const message = isOk(response) ? 'its answer is no JSON-RPC' : statusOf(response);
    return { ...ofHttp, message };
  }
  return { ...ofHttp, ...errorOf(given) };
}

/** Nothing is sent on to where a redirection leads: it is for the operator to say who is trusted. */
function statusOf({ status, statusText, redirectsTo }: HttpAnswer): string {
  const words = `HTTP ${status} ${statusText}`;
  return printable(
    redirectsTo === undefined ? words : `${words}: it leads to ${redirectsTo}, give the URL that it leads to`,
  );
}

/** Some gateways have a sentence in place of the object. */
function errorOf(given: unknown): Pick<RpcRefusal, 'code' | 'message' | 'data'> {
  if (typeof given === 'string') return { message: printable(given) };
  if (typeof given !== 'object' || given === null) return { message: 'its answer is no JSON-RPC' };
  const { code, message, data } = given as Partial<Record<string, unknown>>;
  return {
    message: typeof message === 'string' ? printable(message) : 'it gave no reason',
    ...(isCode(code) ? { code: Number(code) } : {}),
    ...(data === undefined || data === null ? {} : { data: cut(data) }),
  };
}

/** Some send theirs as text. */
function isCode(code: unknown): code is number | string {
  return typeof code === 'number' || (typeof code === 'string' && /^-?\d{1,6}$/.test(code));
}

function cut(data: unknown): string {
  return printable(typeof data === 'string' ? data : JSON.stringify(data), DATA_CHARACTERS);
}
