import { MethodNotFoundError, RpcError } from './rpc-endpoint.js';
import { isLasting } from './rpc-failure.js';
import { UnprovenAnswerError } from './unproven-answer.js';
import { steadyMs } from '../../process/steady-time.js';

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
  /** Told when a source is passed over from now on, with the reason, and with null when it is asked again. */
  onRest?: (source: string, reason: string | null) => void;
  /** Ms of any clock. */
  now?: () => number;
}

/**
 * Several ways to one answer, the best first. No way is asked forever: what every endpoint refuses for a block is asked
 * for in the next way, and a way that keeps failing is left alone for a while, and then looked at again.
 */
export class Sources {
  private readonly failures = new Map<string, number>();
  private readonly strikes = new Map<string, number>();
  private readonly restsUntilMs = new Map<string, number>();
  private readonly onRest: NonNullable<SourcesOptions['onRest']>;
  private readonly now: () => number;

  constructor({ onRest = () => undefined, now = steadyMs }: SourcesOptions = {}) {
    this.onRest = onRest;
    this.now = now;
  }

  /**
   * @param subject what is asked about, as a block's hash
   * @param sources the best first
   * @returns what the first of them gave that has an answer
   * @throws the failure of the last one; or of one that may have an answer the next time
   */
  async first<T>(subject: string, sources: readonly Source<T>[]): Promise<T> {
    const isOver = sources.map((source) => this.isPassedOver(source.name, subject));
    // Where all have failed, all are tried again: none is given up for good.
    const left = isOver.every(Boolean) ? sources : sources.filter((_source, index) => !isOver[index]);
    const failures: Error[] = [];
    for (const { name, ask } of left) {
      try {
        const answer = await ask();
        this.answered(name, subject);
        return answer;
      } catch (error) {
        if (!isOfTheNode(error)) throw error;
        failures.push(error);
        if (!this.isAtItsEnd(name, subject, error)) break;
      }
    }
    throw mostTelling(failures);
  }

  private isPassedOver(name: string, subject: string): boolean {
    const restsUntil = this.restsUntilMs.get(name);
    if (restsUntil !== undefined && this.now() < restsUntil) return true;
    if (restsUntil !== undefined) {
      this.restsUntilMs.delete(name);
      this.strikes.delete(name);
      this.onRest(name, null);
    }
    return (this.failures.get(`${name} ${subject}`) ?? 0) >= PATIENCE;
  }

  private answered(name: string, subject: string): void {
    this.failures.delete(`${name} ${subject}`);
    this.strikes.delete(name);
  }

  /** @returns whether the next source is to be asked */
  private isAtItsEnd(name: string, subject: string, error: Error): boolean {
    const key = `${name} ${subject}`;
    if (this.failures.size >= MOST_REMEMBERED) this.failures.clear();
    const times = isPassing(error) ? (this.failures.get(key) ?? 0) + 1 : PATIENCE;
    this.failures.set(key, times);
    if (times < PATIENCE) return false;
    const strikes = error instanceof MethodNotFoundError ? STRIKES : (this.strikes.get(name) ?? 0) + 1;
    this.strikes.set(name, strikes);
    if (strikes >= STRIKES && !this.restsUntilMs.has(name)) {
      this.restsUntilMs.set(name, this.now() + REST_MS);
      this.onRest(name, error.message);
    }
    return true;
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

/** Of an answer, or the lack of one; whatever else is thrown is a fault of ours. */
function isOfTheNode(error: unknown): error is Error {
  return error instanceof Error && (error as { retryable?: unknown }).retryable === true;
}
