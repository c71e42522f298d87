import { TooFewAnswersError } from './agreed-answers.js';
import { MethodNotFoundError, RpcError } from './rpc-endpoint.js';
import { isLasting } from './rpc-failure.js';
import { UnprovenAnswerError } from './unproven-answer.js';
import { runningMs } from '../../process/running-time.js';

/** One way to the answer, as by one method. */
export interface Source<T> {
  /** For logs, as "receipts of the block". */
  name: string;
  /** Asks every endpoint, as far as it takes. @throws when none gave an answer that proves itself */
  ask: () => Promise<T>;
}

/** As often a failure that may pass is met by every endpoint for one block, before the next source is asked. */
const PATIENCE = 3;
/** A source that failed for so many blocks in a row is passed over, until it is looked at again. */
const STRIKES = 3;
const REST_MS = 10 * 60_000;
const MOST_REMEMBERED = 1_000;

export interface SourcesOptions {
  /**
   * So long a failure that may pass is waited for in place of a few times, from when the source was first asked about a
   * subject; and however many subjects it meets, it is no reason to leave the source alone.
   */
  patienceMs?: number;
  /** Told when a source is passed over from now on, with the reason, and with null when it is asked again. */
  onRest?: (source: string, reason: string | null) => void;
  /** Ms of any clock. */
  now?: () => number;
}

/** What one source failed at for one subject. */
interface Failing {
  times: number;
  /** When it was first asked. */
  sinceMs: number;
  /** The next source is asked in its place. */
  isAtItsEnd: boolean;
}

/**
 * Several ways to one answer, the best first. No way is asked forever: what every endpoint refuses for a block is asked
 * for in the next way, and a way that keeps failing is left alone for a while, and then looked at again.
 */
export class Sources {
  private readonly failures = new Map<string, Failing>();
  private readonly strikes = new Map<string, number>();
  private readonly restsUntilMs = new Map<string, number>();
  private readonly onRest: NonNullable<SourcesOptions['onRest']>;
  private readonly now: () => number;
  private readonly patienceMs: number | undefined;

  constructor({ onRest = () => undefined, now = runningMs, patienceMs }: SourcesOptions = {}) {
    this.patienceMs = patienceMs;
    this.onRest = onRest;
    this.now = now;
  }

  /**
   * @param subject what is asked about, as a block's hash
   * @param sources the best first
   * @returns what the first of them gave that has an answer
   * @throws the failure of the last one; or of one that may have an answer the next time, as `TooFewAnswersError`, which
   *   is the silence of another endpoint and no failure of the source
   */
  async first<T>(subject: string, sources: readonly Source<T>[]): Promise<T> {
    const isOver = sources.map((source) => this.isPassedOver(source.name, subject));
    // Where all have failed, all are tried again: none is given up for good.
    const left = isOver.every(Boolean) ? sources : sources.filter((_source, index) => !isOver[index]);
    const failures: Error[] = [];
    for (const { name, ask } of left) {
      const askedAtMs = this.now();
      try {
        const answer = await ask();
        this.answered(name, subject);
        return answer;
      } catch (error) {
        if (!isCounted(error)) throw error;
        failures.push(error);
        if (!this.isAtItsEnd(name, subject, error, askedAtMs)) break;
      }
    }
    throw mostTelling(failures);
  }

  /** What a source answered came to nothing after all. */
  failed(name: string, subject: string, error: unknown): void {
    if (isCounted(error)) this.isAtItsEnd(name, subject, error, this.now());
  }

  private isPassedOver(name: string, subject: string): boolean {
    const restsUntil = this.restsUntilMs.get(name);
    if (restsUntil !== undefined && this.now() < restsUntil) return true;
    if (restsUntil !== undefined) {
      this.restsUntilMs.delete(name);
      this.strikes.delete(name);
      this.onRest(name, null);
    }
    return this.failures.get(`${name} ${subject}`)?.isAtItsEnd === true;
  }

  private answered(name: string, subject: string): void {
    this.failures.delete(`${name} ${subject}`);
    this.strikes.delete(name);
  }

  /** @returns whether the next source is to be asked */
  private isAtItsEnd(name: string, subject: string, error: Error, askedAtMs: number): boolean {
    const key = `${name} ${subject}`;
    const { times = 0, sinceMs = askedAtMs } = this.failures.get(key) ?? {};
    if (this.failures.size >= MOST_REMEMBERED) this.failures.clear();
    const isAtItsEnd = !isPassing(error) || this.isWaitedEnough(times + 1, sinceMs);
    this.failures.set(key, { times: times + 1, sinceMs, isAtItsEnd });
    if (!isAtItsEnd) return false;
    if (isPassing(error) && this.patienceMs !== undefined) return true;
    const strikes = error instanceof MethodNotFoundError ? STRIKES : (this.strikes.get(name) ?? 0) + 1;
    this.strikes.set(name, strikes);
    if (strikes >= STRIKES && !this.restsUntilMs.has(name)) {
      this.restsUntilMs.set(name, this.now() + REST_MS);
      this.onRest(name, error.message);
    }
    return true;
  }

  private isWaitedEnough(times: number, sinceMs: number): boolean {
    if (this.patienceMs === undefined) return times >= PATIENCE;
    return this.now() - sinceMs >= this.patienceMs;
  }
}

/** That a method is missing explains the least. */
function mostTelling(failures: readonly Error[]): unknown {
  return (
    failures.find((failure) => failure instanceof UnprovenAnswerError) ??
    failures.find((failure) => !(failure instanceof MethodNotFoundError)) ??
    failures[0]
  );
}

/**
 * Whether the same may be answered in a moment: the node is in trouble, or behind. What it will say again about this
 * block, and what it said that cannot be right, is not waited for.
 */
export function isPassing(error: Error): boolean {
  return error instanceof RpcError && !isLasting(error.failure) && error.failure.kind !== 'unproven';
}

/** As `isPassing`, of whichever endpoint was asked: one that is gone may hide what another no longer has. */
export function mayPass(error: Error): boolean {
  return isPassing(error) || (error instanceof RpcError && error.beside.some(mayPass));
}

function isCounted(error: unknown): error is Error {
  return isOfTheNode(error) && !(error instanceof TooFewAnswersError);
}

/** Of an answer, or the lack of one; whatever else is thrown is a fault of ours. */
function isOfTheNode(error: unknown): error is Error {
  return error instanceof Error && (error as { retryable?: unknown }).retryable === true;
}
