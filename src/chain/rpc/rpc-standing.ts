/** A node's head as it reported it. */
export interface Head {
  number: number;
  hash: string;
  /** Seconds, as the block has it. */
  timestamp: number;
}

/**
 * Why an endpoint is not asked:
 * - `wrong_chain_id`: only for its chain id, now and then, since its operator may have fixed it;
 * - `unproven_answer`: not while there is another, since what it said cannot be true;
 * - `head_went_back` and `head_stands_still`: only when there is no other, since what it says is true and old.
 */
export type AsideReason = 'wrong_chain_id' | 'unproven_answer' | 'head_went_back' | 'head_stands_still';

/** Behind a load balancer, one node answers for another that is a little further: by so many blocks, or by so long, for so long. */
const STEP_BACK = 3;
const STEP_BACK_MS = 4_000;
const STILL_BLOCKS = 30;
const STILL_AT_LEAST_MS = 60_000;
const UNPROVEN_FIRST_MS = 2_000;
const UNPROVEN_LONGEST_MS = 60_000;
/** After so long without another, it is taken for the first time again. */
const UNPROVEN_FORGOTTEN_MS = 10 * 60_000;
const CHAIN_ID_AGAIN_MS = 5_000;
const WENT_BACK_MS = 10 * 60_000;

/**
 * Whether an endpoint may be believed, by its chain id, its heads and its answers. Times are ms in which we ran: a
 * standstill of ours is no time of theirs.
 */
export class Standing {
  head: Head | null = null;
  private highest = { number: -1, timestamp: 0 };
  private fallenUntilMs: number | null = null;
  /** Since when its head is below its highest, ms. */
  private belowSinceMs: number | null = null;
  private unproven = { times: 0, untilMs: -Infinity, reason: '' };
  /** When each kind of read last came to nothing because of an answer that could not be right. */
  private readonly unprovenReads = new Map<string, number>();
  private wrongChainId: number | null = null;
  private headAskedAtMs = 0;
  /** When the head that it has was first seen. */
  private headSinceMs = -Infinity;
  private chainIdAgainAtMs = -Infinity;

  /** @param stoodStillSince how long this process stood still since then, ms: a head grew old in it that nobody asked for */
  constructor(
    private readonly blockTimeMs: number,
    private readonly stoodStillSince: (sinceMs: number) => number = () => 0,
  ) {}

  /** @param chainId null: it serves the right one */
  servesWrongChain(chainId: number | null, nowMs: number): void {
    this.wrongChainId = chainId;
    this.chainIdAgainAtMs = nowMs + CHAIN_ID_AGAIN_MS;
  }

  /** Whether its chain id was wrong, and is to be asked for again. */
  isChainIdDue(nowMs: number): boolean {
    return this.wrongChainId !== null && nowMs >= this.chainIdAgainAtMs;
  }

  /** @param askedAtMs when it was asked for its head, ms since 1970 */
  sawHead(head: Head, nowMs: number, askedAtMs = nowMs): void {
    if (this.head?.hash !== head.hash) this.headSinceMs = nowMs;
    this.head = head;
    this.headAskedAtMs = askedAtMs;
    const hasFallen = this.fallenUntilMs !== null;
    // After a while it is taken for what the chain is now: a test network may have been set back.
    const isForgiven = this.fallenUntilMs !== null && this.fallenUntilMs <= nowMs;
    if (head.number >= this.highest.number || isForgiven) {
      this.highest = head;
      this.fallenUntilMs = null;
      this.belowSinceMs = null;
      return;
    }
    this.belowSinceMs ??= nowMs;
    if (!hasFallen && !this.isStepBack(head, nowMs - this.belowSinceMs)) {
      this.fallenUntilMs = nowMs + WENT_BACK_MS;
    }
  }

  /** By the blocks' own time, where a chain has many in a moment; a network that was set back has no such blocks. */
  private isStepBack({ number, timestamp }: Head, lastedMs: number): boolean {
    const blocks = this.highest.number - number;
    if (blocks <= STEP_BACK) return true;
    const apartMs = Math.abs(this.highest.timestamp - timestamp) * 1000;
    return Math.max(lastedMs, apartMs, blocks * this.blockTimeMs) <= STEP_BACK_MS;
  }

  /**
   * An answer could not be right. Repeated, it is left alone for longer.
   * @param what was read @param reason in the answer
   */
  gaveUnprovenAnswer(what: string, reason: string, nowMs: number): void {
    this.unprovenReads.set(what, nowMs);
    if (this.unproven.untilMs > nowMs) return;
    const isForgotten = nowMs - this.unproven.untilMs > UNPROVEN_FORGOTTEN_MS;
    const times = isForgotten ? 1 : this.unproven.times + 1;
    const restMs = Math.min(UNPROVEN_LONGEST_MS, UNPROVEN_FIRST_MS * 2 ** (times - 1));
    this.unproven = { times, untilMs: nowMs + restMs, reason };
  }

  /** Whether it may be asked for this where there is no other, though its answers could not be right. */
  isOnlyHopeFor(what: string, nowMs: number): boolean {
    return nowMs - (this.unprovenReads.get(what) ?? -Infinity) >= UNPROVEN_FIRST_MS;
  }

  /** Whether its head is old, and was the same for so long: it stopped, where one that follows another branch goes on. */
  hasStopped(forMs: number, nowMs: number, wallMs = nowMs): boolean {
    const isStill = this.aside(nowMs, wallMs)?.reason === 'head_stands_still';
    return isStill && nowMs - this.headSinceMs >= forMs;
  }

  /**
   * @param nowMs by the clock that `sawHead` was told by
   * @param wallMs ms since 1970, as blocks tell their time
   */
  aside(nowMs: number, wallMs = nowMs): { reason: AsideReason; detail: string } | null {
    if (this.wrongChainId !== null) {
      return { reason: 'wrong_chain_id', detail: `it serves chain id ${this.wrongChainId}` };
    }
    if (this.unproven.untilMs > nowMs) {
      return {
        reason: 'unproven_answer',
        detail: `it gave an answer that cannot be right: ${this.unproven.reason}`,
      };
    }
    if (this.head === null) return null;
    if (this.fallenUntilMs !== null && this.fallenUntilMs > nowMs) {
      return { reason: 'head_went_back', detail: `from block ${this.highest.number} to ${this.head.number}` };
    }
    const ageMs = wallMs - this.head.timestamp * 1000 - this.stoodStillSince(this.headAskedAtMs);
    if (ageMs <= Math.max(STILL_AT_LEAST_MS, STILL_BLOCKS * this.blockTimeMs)) return null;
    const since = new Date(this.head.timestamp * 1000).toISOString();
    return { reason: 'head_stands_still', detail: `at block ${this.head.number} since ${since}` };
  }
}

/** Whether an endpoint that is put aside for this may be asked when there is no other. */
export function isLastResort(reason: AsideReason): boolean {
  return reason === 'head_went_back' || reason === 'head_stands_still';
}
