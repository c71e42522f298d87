import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Broadcast } from '../chain/accounts/broadcast-to-all.js';
import { MINDING_OUTCOMES } from '../chain/rpc/broadcast.js';
import { databaseClock } from '../database/database-clock.js';
import { type TxHash } from '../ids/ids.js';
import { FinalHooks } from './final-hooks.js';
import { type OutgoingRecord, OutgoingRepository } from './outgoing.repository.js';

/** So many refusals, over so many times the wait before a fee is raised, and nothing else meanwhile. */
const MOST_REFUSALS = 10;
const HEARD_OF_ALL_FOR = 5;
/** Who says nothing for so much longer while others refuse it does not count. */
const NOT_HEARD_OF_ALL_FOR = 15;

/** How often and for how long a transaction was refused, whatever was signed for it. */
export interface Refused {
  times: number;
  forMs: number;
  /** By every endpoint that counts, the last time. */
  isHeardOfAll: boolean;
}

/** Whether it is refused for what it is, whatever the words. @param bumpAfterMs of SWEEP_BUMP_AFTER */
export function isRefusedForLong({ times, forMs, isHeardOfAll }: Refused, bumpAfterMs: number): boolean {
  return (
    times >= MOST_REFUSALS && forMs >= bumpAfterMs * (isHeardOfAll ? HEARD_OF_ALL_FOR : NOT_HEARD_OF_ALL_FOR)
  );
}

/** `taken`: nodes have it, or would for another price, nonce or balance. `refused`: they do not. `unknown`: neither is known. */
export type Standing = 'taken' | 'refused' | 'unknown';

interface Heard extends Pick<Broadcast, 'isForGood' | 'isHeardOfAll'> {
  txHash: TxHash;
  isAboveCap: boolean;
}

/** What nodes said the last time of transactions that are in no block. */
@Injectable()
export class Refusals implements OnModuleInit {
  /** By the transaction; forgotten once it is final. */
  private readonly heard = new Map<string, Heard>();
  /** The last block scanned when a refusal was last counted: a chain that stands still takes nothing from anybody. */
  private readonly countedAt = new Map<string, number>();

  constructor(
    private readonly outgoing: OutgoingRepository,
    private readonly hooks: FinalHooks,
  ) {}

  onModuleInit(): void {
    this.hooks.add({
      paymentsOf: () => Promise.resolve([]),
      ended: (_manager, { id }) => Promise.resolve(this.forget(id)),
      reopened: () => Promise.resolve(),
    });
  }

  /**
   * @param isCheaperTaken nodes take other bytes for its nonce, which may cost less
   * @param block the last one scanned
   * @returns what to note of it
   */
  note(
    { outgoing: { id }, attempts }: OutgoingRecord,
    { outcome, isForGood, isRefused, isHeardOfAll }: Broadcast,
    isCheaperTaken: boolean,
    block: number,
  ): Standing {
    const { txHash } = attempts.at(-1) as { txHash: TxHash };
    const isAboveCap = outcome === 'fee_above_cap';
    this.heard.set(id, {
      txHash,
      isForGood: isRefused && isForGood,
      isHeardOfAll: isRefused && isHeardOfAll,
      isAboveCap: isRefused && isAboveCap,
    });
    if (isRefused && !isCheaperTaken) return this.isCounted(id, block) ? 'refused' : 'unknown';
    if (!isCheaperTaken && !MINDING_OUTCOMES.includes(outcome)) return 'unknown';
    this.countedAt.delete(id);
    return 'taken';
  }

  /**
   * Whether it is known what nodes make of the last bytes signed for it: not before they were given them in this process.
   * Dearer ones might be more than nodes take.
   */
  isKnown(record: OutgoingRecord): boolean {
    return this.lastHeard(record) !== undefined;
  }

  /** Whether every endpoint said of the last bytes signed for it that it will never take them. */
  isForGood(record: OutgoingRecord): boolean {
    return this.lastHeard(record)?.isForGood === true;
  }

  /** Whether the last bytes signed for it may cost more than any node takes: dearer ones are not taken either. */
  isAboveCap(record: OutgoingRecord): boolean {
    return this.lastHeard(record)?.isAboveCap === true;
  }

  /** Whether all that was signed for it has been refused for so long that nothing else is to be expected. */
  async isForLong(record: OutgoingRecord, bumpAfterMs: number): Promise<boolean> {
    const { refusedTimes: times, refusedSince } = await this.outgoing.get(record.outgoing.id);
    if (refusedSince === null) return false;
    const forMs = databaseClock.nowMs() - refusedSince.getTime();
    const isHeardOfAll = this.lastHeard(record)?.isHeardOfAll === true;
    return isRefusedForLong({ times, forMs, isHeardOfAll }, bumpAfterMs);
  }

  private forget(id: string): void {
    this.heard.delete(id);
    this.countedAt.delete(id);
  }

  private lastHeard({ outgoing, attempts }: OutgoingRecord): Heard | undefined {
    const heard = this.heard.get(outgoing.id);
    return heard?.txHash === attempts.at(-1)?.txHash ? heard : undefined;
  }

  /** Each block counts once. */
  private isCounted(id: string, block: number): boolean {
    if (this.countedAt.get(id) === block) return false;
    this.countedAt.set(id, block);
    return true;
  }
}
