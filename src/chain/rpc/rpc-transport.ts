import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import axios, { type AxiosInstance } from 'axios';
import { type JsonRpcError, type JsonRpcPayload, JsonRpcProvider, type JsonRpcResult, Network } from 'ethers';
import { afterRunningMs } from '../../process/running-time.js';
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

/** Far above twenty full blocks with their receipts; a node that sends without end is cut off. */
const MAX_ANSWER_BYTES = 256 * 2 ** 20;

interface HttpAnswer {
  status: number;
  statusText: string;
  headers: Partial<Record<string, unknown>>;
  data: string;
}

/**
 * ethers' provider, with batches for nodes that take them, and answers as the node gave them. It does not use ethers' own
 * HTTP, which copies all that has come with every packet: many blocks at once are megabytes.
 */
export class RpcTransport extends JsonRpcProvider {
  private takesBatches = true;
  private readonly http: AxiosInstance;
  private readonly agents = {
    httpAgent: new HttpAgent({ keepAlive: true }),
    httpsAgent: new HttpsAgent({ keepAlive: true }),
  };

  constructor(
    url: string,
    chainId: number,
    private readonly timeoutMs: number,
  ) {
    super('http://unused.invalid', Network.from(chainId), {
      staticNetwork: true,
      // The scanner asks for block and receipts side by side; one HTTP request carries both.
      batchStallTime: 0,
      batchMaxCount: BATCH,
    });
    this.http = axios.create({
      ...addressOf(url),
      headers: { 'content-type': 'application/json' },
      ...this.agents,
      proxy: false,
      maxRedirects: 0,
      responseType: 'text',
      maxContentLength: MAX_ANSWER_BYTES,
      transformResponse: (text: string) => text,
      // Whatever the status, a node says in the body why.
      validateStatus: () => true,
    });
  }

  override destroy(): void {
    super.destroy();
    Object.values(this.agents).forEach((agent) => agent.destroy());
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
      NO_BATCHES.includes(response.status) ||
      (isOk(response) && body !== undefined);
    if (saysNoBatches && !(isPassing && !/batch/i.test(refusal.message))) return null;
    throw new RefusedError(refusal);
  }

  /** A failure is made this call's answer: those that were to share its request are not hit by it. */
  private async single(call: JsonRpcPayload): Promise<RpcAnswer> {
    try {
      const response = await this.post(call);
      const body = jsonOf(response) as
        Partial<{ id: number; error: RpcRefusal; result: unknown }> | undefined;
      if (isOk(response) && body?.error == null && body?.result !== undefined) {
        return { id: call.id, result: body.result };
      }
      return { id: call.id, error: refusalOf(response, body) };
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      return { id: call.id, error: error.refusal };
    }
  }

  private async post(payload: JsonRpcPayload | JsonRpcPayload[]): Promise<HttpAnswer> {
    // A limit on the whole exchange: axios' own timeout does not see a body that drips, and counts our own standstills.
    const limit = new AbortController();
    const cancelTimer = afterRunningMs(this.timeoutMs, () => limit.abort());
    try {
      return await this.http.post<string>('', JSON.stringify(payload), { signal: limit.signal });
    } catch (error) {
      throw new RefusedError({ message: this.failureOf(error) });
    } finally {
      cancelTimer();
    }
  }

  /** By its code: what axios and the system say in words names the URL, which may hold a key. */
  private failureOf(error: unknown): string {
    if (axios.isCancel(error)) return `no answer within ${this.timeoutMs} ms`;
    const { code } = error as { code?: string };
    return code === undefined ? 'the connection failed' : `the connection failed (${code})`;
  }
}

/** axios would take credentials out of the URL itself, and name the URL in its errors. */
function addressOf(url: string): { baseURL: string; auth?: { username: string; password: string } } {
  const parsed = new URL(url);
  const [username, password] = [parsed.username, parsed.password].map(decodeURIComponent) as [string, string];
  parsed.username = '';
  parsed.password = '';
  return { baseURL: parsed.toString(), ...(username === '' ? {} : { auth: { username, password } }) };
}

function isOk({ status }: HttpAnswer): boolean {
  return status >= 200 && status < 300;
}

/** Undefined: no JSON. */
function jsonOf({ data }: HttpAnswer): unknown {
  try {
    return JSON.parse(data) as unknown;
  } catch {
    return undefined;
  }
}

function refusalOf(response: HttpAnswer, body: unknown): RpcRefusal {
  const { status, statusText, headers } = response;
  const given = (body as { error?: Partial<RpcRefusal> } | null | undefined)?.error;
  const retryAfter = headers['retry-after'];
  const ofHttp = {
    ...(isOk(response) ? {} : { httpStatus: status }),
    ...(typeof retryAfter === 'string' ? { retryAfter } : {}),
  };
  if (given?.message === undefined) {
    const message = isOk(response) ? 'its answer is no JSON-RPC' : `HTTP ${status} ${statusText}`;
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
