import { afterRunningMs } from '../../process/running-time.js';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import axios, { type AxiosInstance } from 'axios';
import { type HttpAnswer, RefusedError } from './rpc-refusal.js';

/** The answer did not come whole: cut off, before it began too, or longer than is read. */
export class CutOffError extends RefusedError {}

/** The request was sent, and the connection closed: so some nodes, as Erigon, refuse a batch of too many calls. */
const CLOSED = ['ECONNRESET', 'EPIPE'];

/** Connections that nobody uses are closed after this: what stands between may have forgotten them, without a word. */
const IDLE_MS = 15_000;

/** Nothing came in time. */
export class NoAnswerError extends RefusedError {}

/**
 * Posts to one URL. ethers' own HTTP, which copies all that has come with every packet, is not used: many blocks at once
 * are megabytes.
 */
export class RpcHttp {
  private readonly http: AxiosInstance;
  private readonly agents = {
    httpAgent: new HttpAgent({ keepAlive: true, timeout: IDLE_MS }),
    httpsAgent: new HttpsAgent({ keepAlive: true, timeout: IDLE_MS }),
  };

  constructor(
    url: string,
    private readonly timeoutMs: number,
  ) {
    this.http = axios.create({
      ...addressOf(url),
      headers: { 'content-type': 'application/json' },
      ...this.agents,
      proxy: false,
      maxRedirects: 0,
      responseType: 'text',
      transformResponse: (text: string) => text,
      // Whatever the status, a node says in the body why.
      validateStatus: () => true,
    });
  }

  /** @param mostBytes of the answer that are read. @throws CutOffError, NoAnswerError, RefusedError */
  async post(body: string, mostBytes: number): Promise<HttpAnswer> {
    // A limit on the whole exchange: axios' own timeout does not see a body that drips, and counts our own standstills.
    const limit = new AbortController();
    const cancelTimer = afterRunningMs(this.timeoutMs, () => limit.abort());
    try {
      const { signal } = limit;
      const answer = await this.http.post<string>('', body, { signal, maxContentLength: mostBytes });
      const { 'retry-after': retryAfter, location } = answer.headers as Partial<Record<string, unknown>>;
      const { status, statusText, data: text } = answer;
      return {
        status,
        statusText,
        text,
        ...(typeof retryAfter === 'string' ? { retryAfter } : {}),
        ...(status >= 300 && status < 400 ? this.placeOf(location) : {}),
      };
    } catch (error) {
      if (axios.isCancel(error)) this.closeIdle();
      throw this.refusalOf(error);
    } finally {
      cancelTimer();
    }
  }

  close(): void {
    Object.values(this.agents).forEach((agent) => agent.destroy());
  }

  private placeOf(location: unknown): { redirectsTo?: string } {
    if (typeof location !== 'string' || !URL.canParse(location, this.http.defaults.baseURL)) return {};
    return { redirectsTo: new URL(location, this.http.defaults.baseURL).origin };
  }

  /** Where one connection is dead, those that were opened with it are: each of them would take as long to show it. */
  private closeIdle(): void {
    for (const { freeSockets } of Object.values(this.agents))
      for (const sockets of Object.values(freeSockets)) sockets?.forEach((socket) => socket.destroy());
  }

  /** By its code: what axios and the system say in words names the URL, which may hold a key. */
  private refusalOf(error: unknown): RefusedError {
    if (axios.isCancel(error)) return new NoAnswerError({ message: `no answer within ${this.timeoutMs} ms` });
    const { code, message } = error as { code?: string; message?: string };
    if (/maxContentLength/.test(message ?? ''))
      return new CutOffError({ message: 'its answer is longer than any should be' });
    if (code === 'ERR_BAD_RESPONSE' || code?.startsWith('Z_'))
      return new CutOffError({ message: 'its answer was cut off' });
    if (code !== undefined && CLOSED.includes(code))
      return new CutOffError({ message: `it closed the connection in place of an answer (${code})` });
    return new RefusedError({
      message: code === undefined ? 'the connection failed' : `the connection failed (${code})`,
    });
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
