import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Token } from '../chain/tokens/token.entity.js';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { LedgerService } from '../ledger/ledger.service.js';
import { payingAmong } from '../ledger/paying-accounts.js';
import { TopUps } from '../ledger/top-ups.js';
import { skippedAmong, skippedSince } from '../wallet/skipped-addresses.js';
import { isAbsurd, lateWatchMsOf, whyNotCounted } from './counting.js';
import { DepositAnnouncements } from './deposit-announcements.js';
import { arrivalOf, ledgerFacts } from './ledger-facts.js';
import { LostPayments } from './lost-payments.js';
import { type ChainPosition, PaymentAdvances } from './payment-advances.js';
import { Payment } from './payment.entity.js';
import { type NewTransfer, reconcileUnexplained } from './unexplained-transfers.js';
import { type ObservedTransfer } from './observed-transfer.js';
import {
  countedOfFailed,
  distinct,
  identityOf,
  orphanAbove,
  type RecordedTransfer,
  type TouchedTransfer,
  transfersBetween,
  upsertTransfers,
} from './transfer-records.js';
import { type Address, type Asset, type ChainId, type TokenAddress, type TxHash } from '../ids/ids.js';

export { type RecordedTransfer } from './transfer-records.js';

export { type ChainPosition } from './payment-advances.js';

export interface ChainFacts extends ChainPosition {
  /** Blocks above this one are no longer canonical; null when there was no reorg. */
  orphanAbove: number | null;
  transfers: ObservedTransfer[];
}

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
    private readonly lostPayments: LostPayments,
  ) {
    this.lateWatchMs = lateWatchMsOf(settings);
  }

  /**
   * Orphans what a reorg took away, records what reached our addresses, and advances the payments touched.
   * @returns how many events were written
   */
  async apply(manager: EntityManager, facts: ChainFacts): Promise<number> {
    const orphaned =
      facts.orphanAbove === null ? [] : await orphanAbove(manager, facts.chainId, facts.orphanAbove);
    const recorded = await this.record(manager, facts);
    const touched = [...orphaned, ...recorded];
    await this.ledger.book(manager, await ledgerFacts(manager, distinct(touched, 'id')));
    await this.topUps.observe(
      manager,
      facts.chainId,
      facts.orphanAbove,
      facts.transfers.filter((one) => !isAbsurd(one)).map(arrivalOf),
    );
    const told = await this.announcements.announce(manager, distinct(touched, 'id'), new Date());
    return told + (await this.advances.advance(manager, distinct(touched, 'paymentId'), facts));
  }

  /**
   * Advances payments that time or depth alone has moved: enough confirmations, or past expiry.
   * @param limit payments at most, so that one transaction stays small after a long outage
   * @returns how many payments were due; as many as `limit` means there may be more
   */
  async advanceDue(manager: EntityManager, position: ChainPosition, limit: number): Promise<number> {
    const rows = await manager.query<{ id: string }[]>(
      `(SELECT id FROM payments WHERE chain_id = $1 AND recheck_at_time < $2 ORDER BY recheck_at_time LIMIT $5)
       UNION
       (SELECT id FROM payments WHERE chain_id = $1 AND recheck_at_block <= $3 AND required_confirmations IS NOT NULL
        ORDER BY recheck_at_block LIMIT $5)
       UNION
       (SELECT id FROM payments WHERE chain_id = $1 AND recheck_at_block <= $4 AND required_confirmations IS NULL
        ORDER BY recheck_at_block LIMIT $5)
       LIMIT $5`,
      [position.chainId, position.agreed.time, position.agreed.number, position.finalNumber, limit],
    );
    await this.advances.advance(
      manager,
      rows.map(({ id }) => id),
      position,
    );
    return rows.length;
  }

  /**
   * Which of the addresses are a payment's, or one that was passed over after a restore, or in the books as one that pays
   * for our transactions; lower-case.
   */
  async ownAmong(manager: EntityManager, addresses: readonly Address[]): Promise<Set<Address>> {
    // One parameter for all of them: the blocks of a batch name thousands.
    const deposits = await manager.query<{ address: Address }[]>(
      'SELECT address FROM payments WHERE address = ANY($1)',
      [addresses],
    );
    const skipped = await skippedAmong(manager, addresses);
    return new Set([
      ...[...deposits, ...skipped].map(({ address }) => address),
      ...(await payingAmong(manager, addresses)),
    ]);
  }

  /** Whether a transaction of ours brought gas, or swept: nobody's payment. @param txHash lower-case */
  async isSentByUs(manager: EntityManager, chainId: ChainId, txHash: TxHash): Promise<boolean> {
    return (await sentByUs(manager, chainId, [{ txHash }])).size > 0;
  }

  /**
   * The addresses of payments in the chain's native asset that are open, or that money still counts for, whatever became
   * of them, and those that were passed over lately; lower-case.
   * @param time the chain's
   */
  async watchedNative(manager: EntityManager, chainId: ChainId, time: Date): Promise<Address[]> {
    const since = new Date(time.getTime() - this.lateWatchMs);
    const rows = await manager.query<{ address: Address }[]>(
      `SELECT address FROM payments WHERE chain_id = $1 AND token_id IS NULL AND expires_at >= $2
       UNION
       SELECT address FROM payments WHERE chain_id = $1 AND token_id IS NULL AND recheck_at_time IS NOT NULL
       UNION
       SELECT address FROM payments WHERE chain_id = $1 AND token_id IS NULL AND recheck_at_block IS NOT NULL`,
      [chainId, since],
    );
    return [...rows.map(({ address }) => address), ...(await skippedSince(manager, since))];
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
  async mayDecide(
    manager: EntityManager,
    chainId: ChainId,
    block: { number: number; time: Date },
    transfers: readonly ObservedTransfer[],
  ): Promise<boolean> {
    const recipients = [...new Set(transfers.map(({ to }) => to))];
    const [row] = await manager.query<{ may: boolean }[]>(
      `SELECT EXISTS (SELECT FROM payments WHERE chain_id = $1 AND recheck_at_time < $2)
           OR EXISTS (SELECT FROM payments WHERE chain_id = $1 AND recheck_at_block <= $3)
           OR EXISTS (SELECT FROM payments WHERE address = ANY($4)) AS may`,
      [chainId, block.time, block.number, recipients],
    );
    return row?.may === true;
  }

  /** Whether the chain has a payment that a block, or its time alone, may still move. */
  async isAnyOpen(manager: EntityManager, chainId: ChainId): Promise<boolean> {
    const [row] = await manager.query<{ any: boolean }[]>(
      `SELECT EXISTS (SELECT FROM payments WHERE chain_id = $1 AND recheck_at_time IS NOT NULL)
           OR EXISTS (SELECT FROM payments WHERE chain_id = $1 AND recheck_at_block IS NOT NULL) AS any`,
      [chainId],
    );
    return row?.any === true;
  }

  /** @returns the transfers that are ours */
  private async record(manager: EntityManager, facts: ChainFacts): Promise<TouchedTransfer[]> {
    if (facts.transfers.length === 0) return [];
    const recipients = [...new Set(facts.transfers.map((transfer) => transfer.to))];
    const known = await manager
      .createQueryBuilder(Payment, 'payment')
      .where('payment.address = ANY(:recipients)', { recipients })
      .getMany();
    const payments = [...known, ...(await this.lostPayments.recover(manager, facts, known))];
    if (payments.length === 0) return [];
    const ours = await sentByUs(manager, facts.chainId, facts.transfers);
    const byAddress = new Map(payments.map((payment) => [payment.address, payment]));
    const tokenAddresses = await tokenAddressesOf(manager, payments);
    const countedBeforeFailure = await countedOfFailed(manager, payments);
    const rows = facts.transfers.flatMap((transfer) => {
      const payment = byAddress.get(transfer.to);
      if (!payment || ours.has(transfer.txHash ?? '')) return [];
      const row = this.transferRow(payment, tokenAddresses, transfer, facts.chainId);
      const isOld = row.uncountedReason === 'payment_failed' && countedBeforeFailure.has(identityOf(row));
      return [isOld ? { ...row, uncountedReason: null } : row];
    });
    const reconciled = await reconcileUnexplained(manager, facts.chainId, rows);
    return [...reconciled.changed, ...(await upsertTransfers(manager, reconciled.rows))];
  }

  private transferRow(
    payment: Payment,
    tokenAddresses: ReadonlyMap<string, TokenAddress>,
    transfer: ObservedTransfer,
    chainId: ChainId,
  ): NewTransfer {
    const expected = {
      chainId: payment.chainId,
      amount: payment.amount,
      tokenAddress: tokenAddressOf(payment, tokenAddresses),
      expiresAt: payment.expiresAt,
      status: payment.status,
      cancelledAt: payment.cancelledAt,
    };
    return {
      ...transfer,
      id: uuidv7(),
      paymentId: payment.id,
      merchantId: payment.merchantId,
      chainId,
      state: 'included',
      uncountedReason: whyNotCounted(expected, { ...transfer, chainId }, this.lateWatchMs),
      resolution: null,
      resolvedAt: null,
      announced: null,
    };
  }
}

/**
 * Which of the transactions bring gas of ours: it is nobody's payment. Their hashes are committed before a node hears of
 * them. A refund that goes to a deposit address pays it as anyone's transfer does.
 */
async function sentByUs(
  manager: EntityManager,
  chainId: ChainId,
  transfers: readonly Pick<ObservedTransfer, 'txHash'>[],
): Promise<Set<string>> {
  const hashes = [...new Set(transfers.map(({ txHash }) => txHash))];
  const rows = await manager.query<{ tx_hash: TxHash }[]>(
    `SELECT attempt.tx_hash FROM outgoing_attempts attempt
     JOIN outgoing_transactions outgoing ON outgoing.id = attempt.outgoing_id
     WHERE attempt.chain_id = $1 AND attempt.tx_hash = ANY($2) AND outgoing.purpose <> 'refund'`,
    [chainId, hashes],
  );
  return new Set(rows.map(({ tx_hash: hash }) => hash));
}

async function tokenAddressesOf(
  manager: EntityManager,
  payments: Payment[],
): Promise<Map<string, TokenAddress>> {
  const ids = [...new Set(payments.map((payment) => payment.tokenId).filter((id) => id !== null))];
  if (ids.length === 0) return new Map();
  const tokens = await manager.findBy(Token, { id: In(ids) });
  return new Map(tokens.map((token) => [token.id, token.address]));
}

function tokenAddressOf({ tokenId }: Payment, addresses: ReadonlyMap<string, TokenAddress>): Asset {
  return tokenId === null ? null : (addresses.get(tokenId) ?? null);
}
