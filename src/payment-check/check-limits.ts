import { Injectable } from '@nestjs/common';
import { DomainError } from '../http/problem.js';
import { Windows } from '../http/windows.js';
import { runningMs } from '../process/running-time.js';

const WINDOW_MS = 60_000;
/** Each reads from the nodes of every chain, whose operators count requests as well. Per process. */
const OF_MERCHANT = 60;
const OF_ALL = 600;
const EVERYBODY = '';

export class TooManyChecksError extends DomainError {
  readonly code = 'too_many_checks';
  override readonly retryable = true;

  constructor(
    readonly retryAfterSeconds: number,
    whose: string,
  ) {
    super(
      `${whose} asked where money is as often as nodes can be asked for it; try again in ${retryAfterSeconds} s`,
    );
  }
}

/** How often merchants may ask where a transaction's money is. */
@Injectable()
export class CheckLimits {
  private readonly windows = new Windows(WINDOW_MS);

  /** What is refused counts for nothing. @throws TooManyChecksError */
  spend(merchantId: string, nowMs = runningMs()): void {
    this.require(merchantId, OF_MERCHANT, 'this merchant', nowMs);
    this.require(EVERYBODY, OF_ALL, 'all merchants together', nowMs);
    this.windows.note(merchantId, nowMs);
    this.windows.note(EVERYBODY, nowMs);
  }

  private require(name: string, most: number, whose: string, nowMs: number): void {
    const { count, leftMs } = this.windows.peek(name, nowMs);
    if (count >= most) throw new TooManyChecksError(Math.ceil(leftMs / 1_000), whose);
  }
}
