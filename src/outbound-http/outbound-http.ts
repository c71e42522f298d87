import { isIP } from 'node:net';
import { Axios, type AxiosResponse } from 'axios';
import { type Settings } from '../config/settings.js';
import { type Storable } from '../database/storable.js';
import { runningMs } from '../process/running-time.js';
import { type Agents, createAgents } from './agents.js';
import { type ExchangeData, ExchangeFailedError, type Timing } from './exchange-failed.error.js';
import { exchange } from './exchange.js';
import { whyNoAnswer } from './failure-words.js';
import { isPublicAddress } from './public-address.js';
import { PrivateAddressError, publicLookup } from './public-lookup.js';

const NOWHERE: Timing = { address: null, dnsMs: null, connectMs: null, firstByteMs: null };

export interface OutboundRequest {
  method: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  /** Of a POST. */
  body?: string;
}

/** What came of a request. Either an HTTP answer, whatever its status, or the reason why there was none. */
export type OutboundAnswer = { timing: Timing } & (
  | { kind: 'answered'; status: number; retryAfter: string | undefined; response: string }
  | { kind: 'failed'; error: Storable }
);

export interface OutboundOptions {
  /** Who asks, as in "webhooks", for messages. */
  who: string;
  /** For the whole exchange, to the last byte read. */
  timeoutMs: number;
  /** Of a response's body; what is longer is cut off. */
  keptBytes: number;
}

export class PlainHttpError extends Error {
  constructor(who: string) {
    super(`${who} go to https:// only; change the URL of the endpoint`);
  }
}

/** The only way to other people's servers: everything that they say, and where their names lead, is taken for hostile. */
export class OutboundHttp {
  private readonly http: Axios;
  private readonly agents: Agents;
  private readonly allowPrivate: boolean;
  private readonly allowPlain: boolean;

  constructor(
    settings: Settings,
    private readonly options: OutboundOptions,
  ) {
    this.allowPrivate = settings.webhookAllowPrivateNetworks;
    this.allowPlain = settings.nodeEnv !== 'production' || this.allowPrivate;
    const { webhookCaFile: caFile, webhookProxyUrl: proxyUrl } = settings;
    const lookup = this.allowPrivate ? undefined : publicLookup({ who: options.who });
    this.agents = createAgents({ caFile, proxyUrl, timeoutMs: options.timeoutMs, lookup });
    // Without axios's own defaults: merging them costs every request more than sending it.
    this.http = new Axios({
      ...this.agents,
      adapter: exchange,
      validateStatus: () => true,
      maxContentLength: options.keptBytes,
      transformRequest: [(data: unknown) => data],
      transformResponse: [(data: unknown) => data],
    });
  }

  close(): void {
    this.agents.httpAgent.destroy();
    this.agents.httpsAgent.destroy();
  }

  /** Sends the bytes as they are, and follows no redirect. */
  async request(request: OutboundRequest): Promise<OutboundAnswer> {
    try {
      this.requireAllowed(request.url);
      const { timeoutMs } = this.options;
      const beganAt = runningMs();
      const answer = await this.send(request, timeoutMs).catch((error: Error) => {
        const leftMs = timeoutMs - (runningMs() - beganAt);
        if (error instanceof ExchangeFailedError && error.wasStale) return this.send(request, leftMs);
        throw error;
      });
      const { response, ...timing } = answer.data;
      const { status } = answer;
      return { kind: 'answered', status, retryAfter: headerOf(answer, 'retry-after'), response, timing };
    } catch (error) {
      const timing = error instanceof ExchangeFailedError ? error.timing : NOWHERE;
      return { kind: 'failed', error: whyNoAnswer(error as Error), timing };
    }
  }

  /**
   * Whether requests may go to a URL, as far as the URL itself tells. What a name resolves to is looked at when
   * connecting. A literal address is never looked up, so this is where it is seen; the URL parser has normalised it.
   * @throws PrivateAddressError, PlainHttpError
   */
  requireAllowed(url: string): void {
    const { hostname, protocol } = new URL(url);
    if (protocol !== 'https:' && !this.allowPlain) throw new PlainHttpError(this.options.who);
    if (this.allowPrivate) return;
    const host = hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0 && !isPublicAddress(host))
      throw new PrivateAddressError(host, host, this.options.who);
  }

  private send(
    { method, url, headers, body }: OutboundRequest,
    timeoutMs: number,
  ): Promise<AxiosResponse<ExchangeData>> {
    return this.http.request<ExchangeData>({
      method,
      url,
      data: body,
      timeout: Math.max(1, Math.ceil(timeoutMs)),
      // A small gzip can stand for gigabytes, so we ask for none and unpack none.
      headers: { ...headers, 'accept-encoding': 'identity' },
    });
  }
}

function headerOf(response: AxiosResponse, name: string): string | undefined {
  const value: unknown = response.headers[name];
  return typeof value === 'string' ? value : undefined;
}
