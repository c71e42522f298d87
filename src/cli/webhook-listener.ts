import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { verifyWebhook } from '../webhooks/signing/verify.js';

export interface ListenerOptions {
  /** 0: any that is free. */
  port: number;
  /** Any of them verifies a signature; none: they are not looked at. */
  secrets: readonly string[];
  /** HTTP status to answer. */
  answer: number;
  /** So many requests are answered 500 before `answer` is. */
  failFirst: number;
  /** Before each answer, ms. */
  delayMs: number;
  /** Takes the request and never answers. */
  hangs: boolean;
  /** Passes each webhook on, and answers what comes back; null: answers by itself. */
  forwardTo: URL | null;
}

export interface ReceivedWebhook {
  at: Date;
  /** With its query. */
  path: string;
  id: string;
  /** How often this id has come by now. */
  times: number;
  type: string;
  /** Null: not looked at, as there is no secret. */
  verified: boolean | null;
  /** Why it was not verified. */
  problem: string | null;
  /** Answered; null: it hangs. */
  answered: number | null;
  body: string;
}

/** A consumer for trying things out: shows each webhook, and misbehaves when asked to. */
export class WebhookListener {
  private readonly seen = new Map<string, number>();
  private failed = 0;

  private constructor(
    private readonly server: Server,
    private readonly options: ListenerOptions,
    private readonly show: (webhook: ReceivedWebhook) => void,
  ) {}

  static async start(
    options: ListenerOptions,
    show: (webhook: ReceivedWebhook) => void,
  ): Promise<WebhookListener> {
    const server = createServer();
    const listener = new WebhookListener(server, options, show);
    server.on('request', (request, response) => void listener.receive(request, response));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port, '127.0.0.1', resolve);
    });
    return listener;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const described = this.describe(request, body);
    const answered = this.options.forwardTo
      ? await forward(this.options.forwardTo, request, body)
      : this.nextAnswer();
    this.show({ ...described, answered });
    if (answered === null) return;
    await delay(this.options.delayMs);
    response.writeHead(answered).end();
  }

  private nextAnswer(): number | null {
    if (this.options.hangs) return null;
    if (this.failed >= this.options.failFirst) return this.options.answer;
    this.failed += 1;
    return 500;
  }

  private describe({ headers, url = '/' }: IncomingMessage, body: Buffer): Omit<ReceivedWebhook, 'answered'> {
    const id = String(headers['webhook-id'] ?? 'without webhook-id');
    const times = (this.seen.get(id) ?? 0) + 1;
    this.seen.set(id, times);
    const problem = this.problemOf(headers, body);
    const verified = this.options.secrets.length === 0 ? null : problem === null;
    const text = body.toString();
    return { at: new Date(), path: url, id, times, type: typeOf(text), verified, problem, body: text };
  }

  private problemOf(headers: IncomingMessage['headers'], body: Buffer): string | null {
    if (this.options.secrets.length === 0) return null;
    try {
      verifyWebhook({ secret: this.options.secrets, headers, body });
      return null;
    } catch (error) {
      return (error as Error).message;
    }
  }
}

/** Headers of the connection between the sender and us alone (RFC 9110, section 7.6.1), and what fetch sets itself. */
const OF_THE_CONNECTION = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'transfer-encoding',
]);

/** @returns the status that came back; 502 when nothing did, as from a gateway */
async function forward(to: URL, { headers }: IncomingMessage, body: Buffer): Promise<number> {
  const passed = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    OF_THE_CONNECTION.has(name) || value === undefined ? [] : [[name, String(value)]],
  );
  try {
    return (await fetch(to, { method: 'POST', headers: passed, body, redirect: 'manual' })).status;
  } catch {
    return 502;
  }
}

function typeOf(body: string): string {
  try {
    const { type } = JSON.parse(body) as { type?: unknown };
    return typeof type === 'string' ? type : 'without type';
  } catch {
    return 'not JSON';
  }
}
