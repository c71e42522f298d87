import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { LedgerService } from '../ledger/ledger.service.js';
import { PAYING_AMONG } from '../ledger/paying-accounts.js';
import { TopUps } from '../ledger/top-ups.js';
import { SKIPPED_AMONG, skippedSince } from '../wallet/skipped-addresses.js';
import { isAbsurd, lateWatchMsOf } from './counting.js';
import { Arrivals, sentByUs } from './arrivals.js';
import { DepositAnnouncements } from './deposit-announcements.js';
import { duePayments, isAnyOpenOn, mayDecide, nativeAddresses } from './due-options.js';
import { arrivalOf, ledgerFacts } from './ledger-facts.js';
import { type ChainPosition, PaymentAdvances } from './payment-advances.js';
import { type ObservedTransfer } from './observed-transfer.js';
import { holdPayments, holdPaymentsAnd } from './hold-payments.js';
import {
  distinct,
  orphanAbove,
  paymentsPaidAbove,
  type RecordedTransfer,
  type TouchedTransfer,
  transfersBetween,
} from './transfer-records.js';
import { type Address, type ChainId, type TxHash } from '../ids/ids.js';
import { databaseClock } from '../database/database-clock.js';

export { type RecordedTransfer } from './transfer-records.js';

export { type ChainPosition } from './payment-advances.js';

export interface ChainFacts extends ChainPosition {
  /** Blocks above this one are no longer canonical; null when there was no reorg. */
  orphanAbove: number | null;
  transfers: ObservedTransfer[];
}

/** SQL: which of the addresses in `$1` are ours, lower-case. */
const OWN_AMONG = [
  'SELECT address FROM payments WHERE address = ANY($1::varchar[])',
  SKIPPED_AMONG,
  PAYING_AMONG,
].join(' UNION ALL ');

/** Brings what the scanner saw into payments. What writes runs inside the caller's transaction. */
@Injectable()
export class ChainFactsService {
  private readonly lateWatchMs: number;

  constructor(
    @Inject(SETTINGS) settings: Settings,
    private readonly announcements: DepositAnnouncements,
    private readonly ledger: LedgerService,
    private readonly topUps: TopUps,
    private readonly advances: PaymentAdvances,
    private readonly arrivals: Arrivals,
  ) {
    this.lateWatchMs = lateWatchMsOf(settings);
  }

  /**
   * Orphans what a reorg took away, records what reached our addresses, and advances the payments touched. All of them
   * are held before anything of theirs is changed: a merchant who cancels one meanwhile was first, or waits.
   * @param alsoDue as many payments at most, which time or depth alone has moved, are advanced with them: in one go, since
   *   payments are held in one order, and those of several chains are moved by several scanners
   * @returns how many events were written
   */
  async apply(manager: EntityManager, facts: ChainFacts, alsoDue = 0): Promise<number> {
    const due = alsoDue > 0 ? await duePayments(manager, facts, alsoDue) : [];
    const { orphaned, paid } = await this.holdAndOrphan(manager, facts, due);
    const recorded = await this.arrivals.record(manager, facts, paid);
    const touched = [...orphaned, ...recorded];
    await this.ledger.book(manager, await ledgerFacts(manager, distinct(touched, 'id')));
    await this.topUps.observe(
      manager,
      facts.chainId,
      facts.orphanAbove,
      facts.transfers.filter((one) => !isAbsurd(one)).map(arrivalOf),
    );
    const told = await this.announcements.announce(manager, distinct(touched, 'id'), databaseClock.now());
    const ids = [...new Set([...distinct(touched, 'paymentId'), ...due])];
    return told + (await this.advances.advance(manager, ids, facts));
  }

  /**
   * Advances payments that time or depth alone has moved: enough confirmations, or past expiry.
   * @param limit payments at most, so that one transaction stays small after a long outage
   * @returns how many payments were due; as many as `limit` means there may be more
   */
  async advanceDue(manager: EntityManager, position: ChainPosition, limit: number): Promise<number> {
    const ids = await duePayments(manager, position, limit);
    await holdPayments(manager, ids);
    await this.advances.advance(manager, ids, position);
    return ids.length;
  }

  /** @returns the transfers that a reorg took away, and the ids of the payments that the new ones are for */
  private async holdAndOrphan(
    manager: EntityManager,
    { chainId, orphanAbove: above, transfers }: ChainFacts,
    due: readonly string[],
  ): Promise<{ orphaned: TouchedTransfer[]; paid: string[] }> {
    const unpaid = above === null ? [] : await paymentsPaidAbove(manager, chainId, above);
    const recipients = [...new Set(transfers.map(({ to }) => to))];
    const paid = await holdPaymentsAnd(manager, [...due, ...unpaid], recipients);
    const isReorg = above !== null && unpaid.length > 0;
    return { orphaned: isReorg ? await orphanAbove(manager, chainId, above) : [], paid };
  }

  /**
   * Which of the addresses are a payment's, or one that was passed over after a restore, or in the books as one that pays
   * for our transactions; lower-case.
   */
  async ownAmong(manager: EntityManager, addresses: readonly Address[]): Promise<Set<Address>> {
    // All in one text, which is sent and taken apart once: the blocks of a batch name thousands, most of them strangers'.
    const own = await manager.query<{ address: Address }[]>(OWN_AMONG, [`{${addresses.join(',')}}`]);
    return new Set(own.map(({ address }) => address));
  }

  /** Whether a transaction of ours brought gas, or swept: nobody's payment. @param txHash lower-case */
  async isSentByUs(manager: EntityManager, chainId: ChainId, txHash: TxHash): Promise<boolean> {
    return (await sentByUs(manager, chainId, [{ txHash }])).size > 0;
  }

  /**
   * The addresses of payments that may be paid in the chain's native asset and are open, or that money still counts for, whatever became
   * of them, and those that were passed over lately; lower-case.
   * @param time the chain's
   */
  async watchedNative(manager: EntityManager, chainId: ChainId, time: Date): Promise<Address[]> {
    const since = new Date(time.getTime() - this.lateWatchMs);
    return [...(await nativeAddresses(manager, chainId, since)), ...(await skippedSince(manager, since))];
  }

  /** Recipients of the internal transfers recorded above a block; lower-case. */
  async internallyPaidAbove(manager: EntityManager, chainId: ChainId, number: number): Promise<Address[]> {
    const transfers = await transfersBetween(manager, chainId, number + 1, Number.MAX_SAFE_INTEGER);
    return transfers.filter(({ kind }) => kind === 'internal').map(({ to }) => to);
  }

  /** The transfers recorded in a range of blocks, both ends included, as far as they are canonical. */
  recorded(
    manager: EntityManager,
    { chainId, from, to }: { chainId: ChainId; from: number; to: number },
  ): Promise<RecordedTransfer[]> {
    return transfersBetween(manager, chainId, from, to);
  }

  /** Whether a block may confirm or expire a payment, by what we have or by the transfers that come with it. */
  mayDecide(
    manager: EntityManager,
    chainId: ChainId,
    block: { number: number; time: Date },
    transfers: readonly ObservedTransfer[],
  ): Promise<boolean> {
    const recipients = [...new Set(transfers.map(({ to }) => to))];
    return mayDecide(manager, chainId, block, recipients);
  }

  /** Whether the chain has a payment that a block, or its time alone, may still move. */
  isAnyOpen(manager: EntityManager, chainId: ChainId): Promise<boolean> {
    return isAnyOpenOn(manager, chainId);
  }
}
