import { request as httpRequest, type Agent, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { type Socket } from 'node:net';
import { type Duplex } from 'node:stream';
import { type TLSSocket } from 'node:tls';
import { type AxiosAdapter, AxiosHeaders, type InternalAxiosRequestConfig } from 'axios';
import { afterRunningMs, runningMs } from '../process/running-time.js';
import { readHead } from './answer-head.js';
import {
  ClosedError,
  type ExchangeData,
  ExchangeFailedError,
  type Phase,
  TimedOutError,
  type Timing,
  TooManyInterimError,
} from './exchange-failed.error.js';

/** Read of a response's body at most; what comes after is not waited for. */
const MAX_READ_BYTES = 64 * 1024;
/** Of its headers. Servers are known to send 20 KB of cookies; Node's own limit is 16 KB. */
const MAX_HEADER_BYTES = 128 * 1024;
/** Interim answers (RFC 9110, section 15.2) before the one that counts. */
const MAX_INTERIM = 20;
/** Characters of the name of an encoding. */
const MOST_ENCODING = 20;

/** What an exchange ends with. */
interface Ended {
  status: number;
  headers: Record<string, unknown>;
  body: Buffer;
}

/**
 * One request on `node:http`, as an adapter for axios: five times as fast as the adapter it comes with, never follows a
 * redirect, never unpacks, and bounds the whole exchange in time and size. It ends whatever the other side does, by a
 * timer of its own: Node does not tell of every end.
 *
 * An answer whose status line came whole is an answer, even where Node's parser refuses what follows; its connection is
 * closed then, so that nothing of it is taken for the answer to the next request.
 * @throws ExchangeFailedError
 */
export const exchange: AxiosAdapter = (config) => new Exchange(config).run();

class Exchange {
  private readonly timing: Timing = { address: null, dnsMs: null, connectMs: null, firstByteMs: null };
  private readonly kept: Buffer[] = [];
  private readBytes = 0;
  /** What came before Node had read the headers. */
  private readonly raw: Buffer[] = [];
  private rawBytes = 0;
  private message: IncomingMessage | null = null;
  private hasEnded = false;
  private phase: Phase = 'connecting';
  private phaseAt = runningMs();
  private certificateValidTo: string | null = null;

  /** Of a response's body. */
  private readonly keptBytes: number;

  constructor(private readonly config: InternalAxiosRequestConfig) {
    this.keptBytes = Math.min(config.maxContentLength ?? MAX_READ_BYTES, MAX_READ_BYTES);
  }

  run() {
    return new Promise<Awaited<ReturnType<AxiosAdapter>>>((resolve, reject) => {
      const request = this.open();
      const timeoutMs = this.config.timeout ?? 0;
      const cancelTimer = afterRunningMs(timeoutMs, () => fail(new TimedOutError(timeoutMs, this.phase)));
      const end = (settle: () => void) => {
        if (this.hasEnded) return;
        this.hasEnded = true;
        cancelTimer();
        settle();
      };
      const succeed = (ended: Ended) => end(() => resolve(this.answer(ended, request)));
      const fail = (cause: Error) =>
        end(() => {
          const ended = cause instanceof TimedOutError ? null : this.readWhole();
          if (ended) resolve(this.answer(ended, request));
          else reject(this.failure(cause, request));
          request.destroy();
        });
      request.on('socket', (socket) => this.watch(socket, request));
      request.on('information', this.countInterim(fail));
      request.on('response', (message) => this.read(message, succeed, fail));
      request.on('upgrade', (message: IncomingMessage, socket: Duplex) => {
        socket.destroy();
        succeed({ status: message.statusCode ?? 0, headers: message.headers, body: Buffer.alloc(0) });
      });
      request.on('error', fail);
      // Node destroys some requests without an error. Where there is a response, that one tells its own end.
      request.on('close', () => {
        if (!this.hasEnded && this.message === null) fail(new ClosedError('closed without an answer'));
      });
      request.end(this.config.data);
    });
  }

  private open(): ClientRequest {
    const { url = '', headers, method } = this.config;
    const isTls = url.startsWith('https:');
    const agent = (isTls ? this.config.httpsAgent : this.config.httpAgent) as Agent;
    const options = {
      method: method?.toUpperCase(),
      headers: headers.toJSON() as Record<string, string>,
      agent,
      maxHeaderSize: MAX_HEADER_BYTES,
    };
    return (isTls ? httpsRequest : httpRequest)(url, options);
  }

  private watch(socket: Socket, request: ClientRequest): void {
    this.listen(socket, request);
    if (request.reusedSocket || !socket.connecting) {
      this.timing.address = socket.remoteAddress ?? null;
      this.enter('waiting for the response');
      return;
    }
    this.enter('looking up the host name');
    socket.once('lookup', () => (this.timing.dnsMs = this.enter('connecting')));
    socket.once('connect', () => {
      this.timing.address = socket.remoteAddress ?? null;
      this.phase = 'connecting';
      if (!isTlsSocket(socket)) this.connected();
    });
    if (!isTlsSocket(socket)) return;
    // Before Node looks at the certificate itself and, if it is refused, drops it with the socket.
    socket.prependOnceListener('secure', () => {
      this.certificateValidTo = (socket.getPeerCertificate() as { valid_to?: string }).valid_to ?? null;
    });
    socket.once('secureConnect', () => this.connected());
  }

  /** Keeps what comes until the headers are read, for the case that Node cannot read them. */
  private listen(socket: Socket, request: ClientRequest): void {
    const keep = (chunk: Buffer) => {
      if (this.rawBytes < MAX_HEADER_BYTES) this.raw.push(chunk);
      this.rawBytes += chunk.length;
    };
    const stop = () => socket.removeListener('data', keep);
    // Before Node's own listener: an error that it throws at a chunk is told after we have kept that chunk.
    socket.prependListener('data', keep);
    request.once('response', stop).once('close', stop);
  }

  private connected(): void {
    this.timing.connectMs = this.enter('waiting for the response');
  }

  private countInterim(fail: (error: Error) => void): () => void {
    let count = 0;
    return () => {
      count += 1;
      if (count > MAX_INTERIM) fail(new TooManyInterimError(MAX_INTERIM));
    };
  }

  private read(message: IncomingMessage, succeed: (ended: Ended) => void, fail: (error: Error) => void) {
    this.message = message;
    this.timing.firstByteMs = this.enter('reading the response');
    const finish = () => {
      const ended = this.readWhole();
      if (ended) succeed(ended);
    };
    message.on('data', (chunk: Buffer) => {
      if (this.readBytes < this.keptBytes) this.kept.push(chunk);
      this.readBytes += chunk.length;
      if (this.readBytes < MAX_READ_BYTES) return;
      message.destroy();
      finish();
    });
    message.on('end', finish);
    message.on('error', fail);
    // An error costs more than the rest of a small answer: most answers have ended by then.
    message.on('close', () => {
      if (!this.hasEnded) fail(new ClosedError('closed in mid-answer'));
    });
  }

  /** The answer as far as it came, if its status line came whole. */
  private readWhole(): Ended | null {
    const { message } = this;
    if (!message) return readHead(Buffer.concat(this.raw));
    return { status: message.statusCode ?? 0, headers: message.headers, body: Buffer.concat(this.kept) };
  }

  private failure(cause: Error, request: ClientRequest): ExchangeFailedError {
    const wasStale = request.reusedSocket && this.rawBytes === 0 && !this.message && isReset(cause);
    return new ExchangeFailedError(cause, this.timing, this.certificateValidTo, wasStale);
  }

  private answer({ status, headers, body }: Ended, request: ClientRequest) {
    const response = packed(headers) ?? body.subarray(0, this.keptBytes).toString('utf8');
    const data: ExchangeData = { ...this.timing, response };
    return {
      data,
      status,
      statusText: '',
      headers: new AxiosHeaders(headers as Record<string, string>),
      config: this.config,
      request,
    };
  }

  /** @returns how long the phase before lasted, ms */
  private enter(phase: Phase): number {
    const now = runningMs();
    const lastedMs = Math.round(now - this.phaseAt);
    this.phase = phase;
    this.phaseAt = now;
    return lastedMs;
  }
}

/** What is sent packed though nothing but plain text was asked for: of the bytes nobody could read a word. */
function packed(headers: Record<string, unknown>): string | null {
  const encoding = headers['content-encoding'];
  if (typeof encoding !== 'string' || encoding === '' || encoding.toLowerCase() === 'identity') return null;
  return `(packed as ${encoding.slice(0, MOST_ENCODING)}, which was not asked for)`;
}

function isReset({ code }: Error & { code?: string }): boolean {
  return code === 'ECONNRESET' || code === 'EPIPE';
}

function isTlsSocket(socket: Socket): socket is TLSSocket {
  return 'encrypted' in socket;
}
