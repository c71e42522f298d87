import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import axios, { type AxiosError, type AxiosInstance, type AxiosResponse } from 'axios';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { isPublicAddress } from './public-address.js';

/** Read of a response at most; what comes after is not waited for. */
const MAX_READ_BYTES = 64 * 1024;
/** Kept of a response, for whoever looks into a failure. */
const KEPT_BYTES = 1024;
const KEEP_ALIVE = { keepAlive: true, maxSockets: 100, maxFreeSockets: 20, timeout: 60_000 };

export interface WebhookRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** What came of a POST. Either an HTTP answer, whatever its status, or the reason why there was none. */
export type WebhookAnswer =
  | { kind: 'answered'; status: number; retryAfter: string | undefined; response: string }
  | { kind: 'failed'; error: string };

class PrivateAddressError extends Error {
  constructor(host: string, address: string) {
    super(`${host} is at ${address}, which is no public address; webhooks do not go there`);
  }
}

/** The only part that talks to merchants' servers: everything it is told is taken for hostile. */
@Injectable()
export class WebhookClient implements OnApplicationShutdown {
  private readonly http: AxiosInstance;
  private readonly agents: { httpAgent: HttpAgent; httpsAgent: HttpsAgent };
  private readonly timeoutMs: number;
  private readonly allowPrivate: boolean;

  constructor(@Inject(SETTINGS) settings: Settings) {
    this.timeoutMs = settings.webhookTimeoutMs;
    this.allowPrivate = settings.webhookAllowPrivateNetworks;
    const options = this.allowPrivate ? KEEP_ALIVE : { ...KEEP_ALIVE, lookup: lookupPublic };
    this.agents = { httpAgent: new HttpAgent(options), httpsAgent: new HttpsAgent(options) };
    this.http = axios.create({
      ...this.agents,
      // A redirect would turn the POST into a GET and could lead anywhere, also inwards.
      maxRedirects: 0,
      validateStatus: () => true,
      responseType: 'stream',
      // A small gzip can stand for gigabytes; and we ask for none.
      decompress: false,
      proxy: false,
    });
  }

  onApplicationShutdown(): void {
    this.agents.httpAgent.destroy();
    this.agents.httpsAgent.destroy();
  }

  /** Sends the bytes as they are. The timeout is for the whole exchange, to the last byte read. */
  async post({ url, headers, body }: WebhookRequest): Promise<WebhookAnswer> {
    const signal = AbortSignal.timeout(this.timeoutMs);
    try {
      this.requirePublicLiteral(url);
      const response = await this.http.post<IncomingMessage>(url, Buffer.from(body), {
        headers: { ...headers, 'accept-encoding': 'identity' },
        signal,
      });
      const text = await readStart(response.data, signal);
      return {
        kind: 'answered',
        status: response.status,
        retryAfter: headerOf(response, 'retry-after'),
        response: text,
      };
    } catch (error) {
      return { kind: 'failed', error: signal.aborted ? this.timedOut() : reasonOf(error as Error) };
    }
  }

  /** A literal address is never looked up, so `lookupPublic` does not see it. The URL parser has normalised it. */
  private requirePublicLiteral(url: string): void {
    if (this.allowPrivate) return;
    const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0 && !isPublicAddress(host)) throw new PrivateAddressError(host, host);
  }

  private timedOut(): string {
    return `timed out after ${this.timeoutMs / 1000} s waiting for the response`;
  }
}

/** Resolves a name once per connection, refuses it if any answer is private, and connects to what was checked. */
const lookupPublic: LookupFunction = (hostname, options, callback) => {
  dnsLookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    if (error) return callback(error, '', 0);
    const inward = addresses.find(({ address }) => !isPublicAddress(address));
    if (inward) return callback(new PrivateAddressError(hostname, inward.address), '', 0);
    const [first] = addresses;
    if (options.all) return callback(null, addresses);
    return callback(null, first?.address ?? '', first?.family ?? 0);
  });
};

async function readStart(stream: IncomingMessage, signal: AbortSignal): Promise<string> {
  const abort = () => stream.destroy(new Error('aborted'));
  signal.addEventListener('abort', abort, { once: true });
  const kept: Buffer[] = [];
  let keptBytes = 0;
  let read = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (keptBytes < KEPT_BYTES) kept.push(chunk);
      keptBytes += chunk.length;
      read += chunk.length;
      if (read >= MAX_READ_BYTES) break;
    }
  } finally {
    signal.removeEventListener('abort', abort);
  }
  // NUL is the one character that Postgres text cannot hold.
  return Buffer.concat(kept).subarray(0, KEPT_BYTES).toString('utf8').replaceAll('\0', '\uFFFD');
}

function headerOf(response: AxiosResponse, name: string): string | undefined {
  const value: unknown = response.headers[name];
  return typeof value === 'string' ? value : undefined;
}

const REASONS: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was closed before an answer came',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name could not be looked up',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  EPIPE: 'the connection was closed while we sent',
  CERT_HAS_EXPIRED: 'the certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate chain ends in a self-signed one',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'the certificate’s issuer is not known; is an intermediate certificate missing?',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another host name',
};

function reasonOf(error: Error): string {
  const cause = (error as AxiosError).cause ?? error;
  if (cause instanceof PrivateAddressError) return cause.message;
  const code = (error as AxiosError).code ?? (cause as { code?: string }).code;
  return REASONS[code ?? ''] ?? `${error.message}`;
}
