import {
  FetchRequest,
  type FetchResponse,
  type JsonRpcError,
  type JsonRpcPayload,
  JsonRpcProvider,
  type JsonRpcResult,
  Network,
} from 'ethers';
import { classify } from './rpc-failure.js';

/** What the node said instead of a result. */
export interface RpcRefusal {
  code?: number;
  message: string;
  data?: unknown;
  httpStatus?: number;
  retryAfter?: string;
}

/** Carries a refusal through ethers, which would bury it, and put the URL beside it. */
export class RefusedError extends Error {
  constructor(readonly refusal: RpcRefusal) {
    super(refusal.message);
  }
}

type RpcAnswer = JsonRpcResult | { id: number; error: RpcRefusal };

/** How many calls share an HTTP request; public nodes take 20 where they take any. */
const BATCH = 20;
/** A batch is refused as such with these, or with 2xx and something that is no list. */
const NO_BATCHES = [400, 404, 405, 413, 415, 422];

/** ethers' provider, with batches for nodes that take them, and answers as the node gave them. */
export class RpcTransport extends JsonRpcProvider {
  private takesBatches = true;

  constructor(
    url: string,
    chainId: number,
    private readonly timeoutMs: number,
  ) {
    super(requestTo(url, timeoutMs), Network.from(chainId), {
      staticNetwork: true,
      // The scanner asks for block and receipts side by side; one HTTP request carries both.
      batchStallTime: 0,
      batchMaxCount: BATCH,
    });
  }

  override async _send(payload: JsonRpcPayload | JsonRpcPayload[]): Promise<JsonRpcResult[]> {
    const answers = Array.isArray(payload) ? await this.batch(payload) : [await this.single(payload)];
    return answers as JsonRpcResult[];
  }

  override getRpcError(_payload: JsonRpcPayload, answer: JsonRpcError): Error {
    const { message, ...rest } = answer.error;
    return new RefusedError({ ...rest, message: String(message) });
  }

  private async batch(payload: JsonRpcPayload[]): Promise<RpcAnswer[]> {
    if (this.takesBatches) {
      const answers = await this.inOne(payload);
      if (answers !== null) return answers;
      this.takesBatches = false;
    }
    return Promise.all(payload.map((call) => this.single(call)));
  }

  /** @returns null when the node does not take batches */
  private async inOne(payload: JsonRpcPayload[]): Promise<RpcAnswer[] | null> {
    const response = await this.post(payload);
    const body = jsonOf(response);
    if (Array.isArray(body)) {
      const answers = body as RpcAnswer[];
      // A list that leaves calls unanswered has refused the batch in its own way.
      return payload.every(({ id }) => answers.some((answer) => answer.id === id)) ? answers : null;
    }
    const refusal = refusalOf(response, body);
    const { kind } = classify({ method: 'batch', ...refusal });
    const isPassing =
      kind === 'rate_limited' || kind === 'unauthorized' || kind === 'transient' || kind === 'internal';
    const saysNoBatches =
      /batch/i.test(refusal.message) ||
      NO_BATCHES.includes(response.statusCode) ||
      (response.ok() && body !== undefined);
    if (saysNoBatches && !(isPassing && !/batch/i.test(refusal.message))) return null;
    throw new RefusedError(refusal);
  }

  /** A failure is made this call's answer: those that were to share its request are not hit by it. */
  private async single(call: JsonRpcPayload): Promise<RpcAnswer> {
    try {
      const response = await this.post(call);
      const body = jsonOf(response) as
        Partial<{ id: number; error: RpcRefusal; result: unknown }> | undefined;
      if (response.ok() && body?.error == null && body?.result !== undefined) {
        return { id: call.id, result: body.result };
      }
      return { id: call.id, error: refusalOf(response, body) };
    } catch (error) {
      return { id: call.id, error: this.connectionFailure(error) };
    }
  }

  private async post(payload: JsonRpcPayload | JsonRpcPayload[]): Promise<FetchResponse> {
    const request = this._getConnection();
    request.body = JSON.stringify(payload);
    request.setHeader('content-type', 'application/json');
    try {
      return await request.send();
    } catch (error) {
      throw new RefusedError(this.connectionFailure(error));
    }
  }

  private connectionFailure(error: unknown): RpcRefusal {
    if (error instanceof RefusedError) return error.refusal;
    if ((error as { code?: string }).code === 'TIMEOUT') {
      return { message: `no answer within ${this.timeoutMs} ms` };
    }
    return { message: 'the connection failed' };
  }
}

/** ethers waits 300 s and tries 12 times by default; whether to try again is the pool's decision. */
function requestTo(url: string, timeoutMs: number): FetchRequest {
  const parsed = new URL(url);
  const { username, password } = parsed;
  parsed.username = '';
  parsed.password = '';
  const request = new FetchRequest(parsed.toString());
  if (username !== '') request.setCredentials(decodeURIComponent(username), decodeURIComponent(password));
  request.allowInsecureAuthentication = true;
  request.timeout = timeoutMs;
  // Else ethers answers a 429 itself, and its retry-after never reaches us.
  request.retryFunc = () => Promise.resolve(false);
  return request;
}

/** Not by ethers' own `bodyJson`, which decodes byte by byte: half the time of catching up went there. Undefined: no JSON. */
function jsonOf(response: FetchResponse): unknown {
  try {
    return response.body === null
      ? undefined
      : (JSON.parse(Buffer.from(response.body).toString()) as unknown);
  } catch {
    return undefined;
  }
}

function refusalOf(response: FetchResponse, body: unknown): RpcRefusal {
  const { statusCode, statusMessage } = response;
  const given = (body as { error?: Partial<RpcRefusal> } | null | undefined)?.error;
  const retryAfter = response.getHeader('retry-after');
  const ofHttp = {
    ...(response.ok() ? {} : { httpStatus: statusCode }),
    ...(retryAfter ? { retryAfter } : {}),
  };
  if (given?.message === undefined) {
    const message = response.ok() ? 'its answer is no JSON-RPC' : `HTTP ${statusCode} ${statusMessage}`;
    return { ...ofHttp, message };
  }
  const { code, message, data } = given;
  return {
    ...ofHttp,
    message: String(message),
    ...(typeof code === 'number' ? { code } : {}),
    ...(data === undefined ? {} : { data }),
  };
}
