import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo } from 'node:net';
import { tellNews } from './awake.js';
import { waitFor } from './wait-for.js';

export interface Received {
  /** The very bytes. */
  raw: Buffer;
  headers: IncomingHttpHeaders;
  method: string;
  url: string;
  json: { type: string; payment_id: string; status: string; data: Record<string, unknown> };
}

export type Answer = (response: ServerResponse, request: Received, count: number) => void;

const accept: Answer = (response) => response.writeHead(204).end();

/** A merchant's server that keeps what it was sent, and answers as it is told. */
export class Receiver {
  readonly received: Received[] = [];
  /** Opened to it so far. */
  connections = 0;
  answer: Answer = accept;

  private constructor(
    private readonly server: Server,
    private readonly protocol: 'http' | 'https',
  ) {}

  /** @param tls speaks HTTPS with this certificate */
  static async start(tls?: { cert: string; key: string }): Promise<Receiver> {
    const server = tls ? createTlsServer(tls) : createServer();
    const receiver = new Receiver(server, tls ? 'https' : 'http');
    server.on('connection', () => receiver.connections++);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const raw = Buffer.concat(chunks);
        const { headers, method = '', url = '' } = request;
        const json = (raw.length > 0 ? JSON.parse(raw.toString()) : {}) as Received['json'];
        const received = { raw, headers, method, url, json };
        receiver.received.push(received);
        receiver.answer(response, received, receiver.received.length);
        tellNews();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `${this.protocol}://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
  }

  of(paymentId: string, type?: string): Received[] {
    return this.received.filter(
      ({ json }) => json.payment_id === paymentId && (type ?? json.type) === json.type,
    );
  }

  /** Waits for the first request that is as asked. */
  waitFor(
    what: string,
    predicate: (request: Received) => boolean = () => true,
    timeoutMs?: number,
  ): Promise<Received> {
    return waitFor(what, () => this.received.find(predicate), timeoutMs);
  }

  waitForEvent(paymentId: string, type: string, timeoutMs?: number): Promise<Received> {
    return waitFor(`webhook ${type}`, () => this.of(paymentId, type)[0], timeoutMs);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
