/** Where the time of an exchange went. */
export interface Timing {
  /** The IP address connected to. */
  address: string | null;
  /** Looking up the name, ms; null where nothing was looked up. */
  dnsMs: number | null;
  /** Connecting, TLS included, ms; null on a connection used again. */
  connectMs: number | null;
  /** From the request sent to the first byte of the answer, ms. */
  firstByteMs: number | null;
}

export interface ExchangeData extends Timing {
  /** The beginning of the response, as much as was asked to be kept. */
  response: string;
}

export type Phase =
  'looking up the host name' | 'connecting' | 'waiting for the response' | 'reading the response';

/** What went wrong in an exchange, and how far it had come. */
export class ExchangeFailedError extends Error {
  constructor(
    override readonly cause: Error & { code?: string },
    readonly timing: Timing,
    /** Until when the certificate that was shown is valid, as OpenSSL prints it. */
    readonly certificateValidTo: string | null,
    /** An idle connection that the endpoint closed at this very moment: a fresh one may do. */
    readonly wasStale: boolean,
  ) {
    super(cause.message, { cause });
  }
}

export class TimedOutError extends Error {
  constructor(timeoutMs: number, phase: Phase) {
    super(`timed out after ${timeoutMs / 1000} s ${phase}`);
  }
}

/** Closed by the other side, in ways of which Node tells no error. */
export class ClosedError extends Error {
  readonly code = 'ECONNRESET';
}

export class TooManyInterimError extends Error {
  constructor(most: number) {
    super(`sent more than ${most} interim answers (1xx) and none that counts`);
  }
}
