import { isIP } from 'node:net';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Axios, type AxiosResponse } from 'axios';
import { type Storable } from '../../database/storable.js';
import { SETTINGS } from '../../config/configuration.module.js';
import { type Settings } from '../../config/settings.js';
import { runningMs } from '../../process/running-time.js';
import { type Agents, createAgents } from './agents.js';
import { type ExchangeData, ExchangeFailedError, type Timing } from './exchange-failed.error.js';
import { exchange } from './exchange.js';
import { whyNoAnswer } from './failure-words.js';
import { isPublicAddress } from './public-address.js';
import { PrivateAddressError, publicLookup } from './public-lookup.js';

const NOWHERE: Timing = { address: null, dnsMs: null, connectMs: null, firstByteMs: null };

export interface WebhookRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** What came of a POST. Either an HTTP answer, whatever its status, or the reason why there was none. */
export type WebhookAnswer = { timing: Timing } & (
  | { kind: 'answered'; status: number; retryAfter: string | undefined; response: string }
  | { kind: 'failed'; error: Storable }
);

export class PlainHttpError extends Error {
  constructor() {
    super('webhooks go to https:// only; change the URL of the endpoint');
  }
}

/** The only part that talks to merchants' servers: everything it is told is taken for hostile. */
@Injectable()
export class WebhookClient implements OnApplicationShutdown {
  private readonly http: Axios;
  private readonly agents: Agents;
  private readonly allowPrivate: boolean;
  private readonly allowPlain: boolean;
  private readonly timeoutMs: number;

  constructor(@Inject(SETTINGS) settings: Settings) {
    this.allowPrivate = settings.webhookAllowPrivateNetworks;
    this.allowPlain = settings.nodeEnv !== 'production' || this.allowPrivate;
    const { webhookCaFile: caFile, webhookProxyUrl: proxyUrl, webhookTimeoutMs: timeoutMs } = settings;
    const lookup = this.allowPrivate ? undefined : publicLookup();
    this.agents = createAgents({ caFile, proxyUrl, timeoutMs, lookup });
    this.timeoutMs = timeoutMs;
    // Without axios's own defaults: merging them costs every request more than sending it.
    this.http = new Axios({
      ...this.agents,
      adapter: exchange,
      validateStatus: () => true,
      transformRequest: [(data: unknown) => data],
      transformResponse: [(data: unknown) => data],
    });
  }

  onApplicationShutdown(): void {
    this.agents.httpAgent.destroy();
    this.agents.httpsAgent.destroy();
  }

  /** Sends the bytes as they are. The timeout is for the whole exchange, to the last byte read. */
  async post(request: WebhookRequest): Promise<WebhookAnswer> {
    try {
      this.requireAllowed(request.url);
      const beganAt = runningMs();
      const answer = await this.send(request, this.timeoutMs).catch((error: Error) => {
        const leftMs = this.timeoutMs - (runningMs() - beganAt);
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

  private send(
    { url, headers, body }: WebhookRequest,
    timeoutMs: number,
  ): Promise<AxiosResponse<ExchangeData>> {
    return this.http.post<ExchangeData>(url, body, {
      timeout: Math.max(1, Math.ceil(timeoutMs)),
      // A small gzip can stand for gigabytes, so we ask for none and unpack none.
      headers: { ...headers, 'accept-encoding': 'identity' },
    });
  }

  /**
   * Whether webhooks may go to a URL, as far as the URL itself tells. What a name resolves to is looked at when
   * connecting. A literal address is never looked up, so this is where it is seen; the URL parser has normalised it.
   * @throws PrivateAddressError, PlainHttpError
   */
  requireAllowed(url: string): void {
    const { hostname, protocol } = new URL(url);
    if (protocol !== 'https:' && !this.allowPlain) throw new PlainHttpError();
    if (this.allowPrivate) return;
    const host = hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0 && !isPublicAddress(host)) throw new PrivateAddressError(host, host);
  }
}

function headerOf(response: AxiosResponse, name: string): string | undefined {
  const value: unknown = response.headers[name];
  return typeof value === 'string' ? value : undefined;
}
