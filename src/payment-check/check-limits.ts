import { Injectable } from '@nestjs/common';
import { DomainError } from '../http/problem.js';

const WINDOW_MS = 60_000;
/** Each reads from the nodes of every chain, whose operators count requests as well. Per process. */
const OF_MERCHANT = 60;
const OF_ALL = 600;

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
  private since = -Infinity;
  private all = 0;
  private readonly ofMerchants = new Map<string, number>();

  /** @throws TooManyChecksError */
  spend(merchantId: string, nowMs = performance.now()): void {
    if (nowMs - this.since >= WINDOW_MS) {
      this.since = nowMs;
      this.all = 0;
      this.ofMerchants.clear();
    }
    const own = (this.ofMerchants.get(merchantId) ?? 0) + 1;
    const waitS = Math.ceil((this.since + WINDOW_MS - nowMs) / 1_000);
    if (own > OF_MERCHANT) throw new TooManyChecksError(waitS, 'this merchant');
    if (this.all >= OF_ALL) throw new TooManyChecksError(waitS, 'all merchants together');
    this.ofMerchants.set(merchantId, own);
    this.all += 1;
  }
}
