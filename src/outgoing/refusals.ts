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
/** Nor does who alone takes it, and has it mined by nobody for so much longer. */
const MINDED_BY_ONE_FOR = 45;

/** How often and for how long a transaction was refused, whatever was signed for it. */
export interface Refused {
  times: number;
  forMs: number;
  /** By every endpoint that counts, the last time. */
  isHeardOfAll: boolean;
  /** One endpoint alone would take it, the last time. */
  isMinded: boolean;
}

/** Whether it is refused for what it is, whatever the words. @param bumpAfterMs of SWEEP_BUMP_AFTER */
export function isRefusedForLong(
  { times, forMs, isHeardOfAll, isMinded }: Refused,
  bumpAfterMs: number,
): boolean {
  const patience = isHeardOfAll ? HEARD_OF_ALL_FOR : NOT_HEARD_OF_ALL_FOR;
  return times >= MOST_REFUSALS && forMs >= bumpAfterMs * (isMinded ? MINDED_BY_ONE_FOR : patience);
}

/** What nodes made of it, as far as that can be believed. */
export interface Judged extends Omit<Broadcast, 'stands'> {
  isMinded: boolean;
}

/**
 * One endpoint may take whatever it is given and pass nothing on, or say of every account that it cannot pay: that keeps a
 * nonce from being freed for as long as others refuse, or it is said wrongly, but not for ever. What is signed then has the
 * same nonce, so that of both one at the most is mined, whoever was right.
 * @param canPay the account has what all that it signed may cost, as all endpoints say
 */
export function judged({ stands, ...broadcast }: Broadcast, canPay: boolean): Judged {
  const lacking = canPay ? 0 : stands.lacking;
  const refusing = stands.refusing + stands.lacking - lacking;
  const minding = stands.minding + lacking;
  const isMinded = minding === 1 && lacking === 0 && stands.aboveCap === 0 && refusing > 0;
  return { ...broadcast, isRefused: refusing > 0 && (minding === 0 || isMinded), isMinded };
}

/** `taken`: nodes have it, or would for another price, nonce or balance. `refused`: they do not. `unknown`: neither is known. */
export type Standing = 'taken' | 'refused' | 'unknown';

interface Heard extends Pick<Judged, 'isForGood' | 'isHeardOfAll' | 'isMinded'> {
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
    { outcome, isForGood, isRefused, isHeardOfAll, isMinded }: Judged,
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
      isMinded,
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
    const heard = this.lastHeard(record);
    const isHeardOfAll = heard?.isHeardOfAll === true;
    return isRefusedForLong({ times, forMs, isHeardOfAll, isMinded: heard?.isMinded === true }, bumpAfterMs);
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
