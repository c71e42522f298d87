import { type BlockRef } from '../chain/blocks/block.js';
import { databaseClock } from '../database/database-clock.js';
import { runningMs } from '../process/running-time.js';

/** A scan that begins at a block of this age has caught up in no time. */
const OLD_MS = 60 * 60_000;
/** For so long nobody has a newer block: then it is how the chain is, as one that was halted or has a clock of its own. */
const PATIENCE_MS = 2 * 60_000;
/** A head that grows younger by more than this, and twice the time that passed, is one of a node that catches up. */
const CATCHING_UP_MS = 10 * 60_000;

/** A node that still reads the chain's past names an old block as its newest, or the first one until it is done. */
export class HeadTooOldError extends Error {
  readonly retryable = true;

  constructor({ number, time }: BlockRef) {
    super(
      `the newest block that any endpoint has is ${number} of ${time.toISOString()}: a node that still catches up is ` +
        'waited for before the scan begins; start_block in chains.yaml says where it begins all the same',
    );
  }
}

/** The head that a chain's first scan may begin at. Later ones do not matter so much: a scan never goes back to them. */
export class FirstHead {
  private since: { atMs: number; time: number } | null = null;

  /**
   * @param now ms of a clock that stands still when we do
   * @param wallMs ms since 1970
   */
  constructor(
    private readonly now: () => number = runningMs,
    private readonly wallMs: () => number = () => databaseClock.nowMs(),
  ) {}

  /** @param heads of the endpoints, one at least @throws HeadTooOldError */
  among(heads: readonly BlockRef[]): BlockRef {
    const wallMs = this.wallMs();
    const recent = heads.filter(({ time }) => wallMs - time.getTime() <= OLD_MS);
    const [first, ...others] = recent;
    // What one alone is ahead by nobody else has yet, or ever.
    if (first !== undefined)
      return others.reduce((one, other) => (other.number < one.number ? other : one), first);
    const newest = heads.reduce((one, other) => (other.time > one.time ? other : one));
    if (this.isCatchingUp(newest) || newest.number === 0) throw new HeadTooOldError(newest);
    return newest;
  }

  private isCatchingUp({ time }: BlockRef): boolean {
    const now = this.now();
    this.since ??= { atMs: now, time: time.getTime() };
    const waitedMs = now - this.since.atMs;
    if (time.getTime() - this.since.time <= CATCHING_UP_MS + 2 * waitedMs) return waitedMs < PATIENCE_MS;
    this.since = { atMs: now, time: time.getTime() };
    return true;
  }
}
