import { firstDifference, type Contradiction } from './rpc-contradiction.js';
import { RpcError } from './rpc-error.js';
import { type PoolMember } from './rpc-pool-member.js';
import { runningMs } from '../../process/running-time.js';

/** For so long an endpoint is waited for that had kept up, longer than the time between two comparisons. */
const LEVEL_GRACE_BLOCKS = 6;
const LEVEL_GRACE_AT_LEAST_MS = 3_000;
const LEVEL_GRACE_AT_MOST_MS = 60_000;

/** Compares what the endpoints of a pool say of the chain's blocks. */
export class PoolComparison {
  private inspecting: Promise<Contradiction | null> | null = null;
  private agreedOn = -1;
  /** As it was last found; null: they agree. */
  contradiction: Contradiction | null = null;
  /** The lowest block that one lacks which kept up until now; null: there is none. */
  unshownFrom: number | null = null;
  private readonly levelGraceMs: number;

  constructor(
    private readonly members: readonly PoolMember[],
    blockTimeMs: number,
    private readonly ranMs: () => number = runningMs,
  ) {
    this.levelGraceMs = Math.min(
      LEVEL_GRACE_AT_MOST_MS,
      Math.max(LEVEL_GRACE_AT_LEAST_MS, LEVEL_GRACE_BLOCKS * blockTimeMs),
    );
  }

  /** @returns where they contradict each other; the last finding when they cannot be compared now */
  inspect(): Promise<Contradiction | null> {
    this.inspecting ??= this.inspectAll().finally(() => (this.inspecting = null));
    return this.inspecting;
  }

  private async inspectAll(): Promise<Contradiction | null> {
    const heads = await Promise.all(this.members.map((member) => member.head()));
    const askable = this.members
      .filter((_member, index) => heads[index] !== null)
      .filter((member) => member.isBelieved());
    this.unshownFrom = this.lowestNotShown(askable);
    const going = askable.filter((member) => !member.hasStopped(this.levelGraceMs));
    // Two that go on outvote those that stopped, perhaps on a block that nobody else has any more. One does not.
    const compared = going.length >= 2 ? going : askable;
    if (compared.length >= 2) await this.compare(compared);
    return this.contradiction;
  }

  private lowestNotShown(members: PoolMember[]): number | null {
    const now = this.ranMs();
    const heads = members.map(({ standing }) => standing.head?.number ?? 0);
    const highest = Math.max(...heads);
    members.forEach((member, index) => {
      if (heads[index] === highest) member.levelAtMs = now;
    });
    const late = heads.filter(
      (head, index) => head < highest && now - (members[index]?.levelAtMs ?? 0) < this.levelGraceMs,
    );
    return late.length === 0 ? null : Math.min(...late) + 1;
  }

  private async compare(members: PoolMember[]): Promise<void> {
    const height = Math.min(...members.map(({ standing }) => standing.head?.number ?? 0));
    const hashesAt = (number: number) =>
      Promise.all(
        members.map(async (member) => ({
          endpoint: member.endpoint.label,
          hash: await member.hashAt(number),
        })),
      );
    try {
      this.contradiction = await firstDifference(height, this.agreedOn, hashesAt);
      this.agreedOn = this.contradiction === null ? height : this.contradiction.from - 1;
    } catch (error) {
      // What was known stands until it can be looked at again.
      if (!(error instanceof RpcError)) throw error;
    }
  }
}
