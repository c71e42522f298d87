import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { type ChainId, type TxHash } from '../ids/ids.js';
import { lateWatchMsOf, whyNotCounted } from './counting.js';
import { LateWorth, type WorthOfLate } from './late-worth.js';
import { LostPayments } from './lost-payments.js';
import { type ObservedTransfer } from './observed-transfer.js';
import { indexOf, type NamedOption, PaymentRecords } from './payment-records.js';
import { Payment } from './payment.entity.js';
import { countedOfFailed, identityOf, type TouchedTransfer, upsertTransfers } from './transfer-records.js';
import { type NewTransfer, reconcileUnexplained } from './unexplained-transfers.js';

interface ArrivedFacts {
  chainId: ChainId;
  transfers: readonly ObservedTransfer[];
}

/** Records money that reached our addresses, and whether it counts towards its payment. */
@Injectable()
export class Arrivals {
  private readonly lateWatchMs: number;

  constructor(
    @Inject(SETTINGS) settings: Settings,
    private readonly records: PaymentRecords,
    private readonly lostPayments: LostPayments,
    private readonly lateWorth: LateWorth,
  ) {
    this.lateWatchMs = lateWatchMsOf(settings);
  }

  /**
   * @param paid the ids of the payments that they are for, which the caller holds
   * @returns the transfers that are ours
   */
  async record(
    manager: EntityManager,
    facts: ArrivedFacts,
    paid: readonly string[],
  ): Promise<TouchedTransfer[]> {
    if (facts.transfers.length === 0) return [];
    const known = paid.length === 0 ? [] : await manager.findBy(Payment, { id: In([...paid]) });
    const payments = [...known, ...(await this.lostPayments.recover(manager, facts, known))];
    if (payments.length === 0) return [];
    const ours = await sentByUs(manager, facts.chainId, facts.transfers);
    const byAddress = new Map(payments.map((payment) => [payment.address, payment]));
    const options = await this.records.optionsOf(
      manager,
      payments.map(({ id }) => id),
    );
    const countedBeforeFailure = await countedOfFailed(manager, payments, facts.transfers);
    const rows = facts.transfers.flatMap((transfer) => {
      const payment = byAddress.get(transfer.to);
      if (!payment || ours.has(transfer.txHash ?? '')) return [];
      const row = this.transferRow(payment, options.get(payment.id) ?? [], transfer, facts.chainId);
      const isOld = row.uncountedReason === 'payment_failed' && countedBeforeFailure.has(identityOf(row));
      return [isOld ? { ...row, uncountedReason: null } : row];
    });
    const worthOf = this.lateWorth.inTransaction(manager);
    for (const row of rows) {
      const payment = byAddress.get(row.to);
      if (payment) await value(worthOf, payment, options.get(payment.id) ?? [], row);
    }
    const reconciled = await reconcileUnexplained(manager, facts.chainId, rows);
    return [...reconciled.changed, ...(await upsertTransfers(manager, reconciled.rows))];
  }

  private transferRow(
    payment: Payment,
    options: readonly NamedOption[],
    transfer: ObservedTransfer,
    chainId: ChainId,
  ): NewTransfer {
    const expected = {
      options: options.map(({ option: { chainId: offered, amount }, asset: { address: tokenAddress } }) => ({
        chainId: offered,
        amount,
        tokenAddress,
      })),
      expiresAt: payment.expiresAt,
      status: payment.status,
      cancelledAt: payment.cancelledAt,
      failedAt: payment.failedAt,
    };
    return {
      ...transfer,
      id: uuidv7(),
      paymentId: payment.id,
      merchantId: payment.merchantId,
      chainId,
      state: 'included',
      valueFactor: null,
      uncountedReason: whyNotCounted(expected, { ...transfer, chainId }, this.lateWatchMs),
      resolution: null,
      resolvedAt: null,
      announced: null,
    };
  }
}

/** Of money that counts: what it is worth, if its payment's rate was not locked any more. */
async function value(
  worthOf: WorthOfLate,
  payment: Payment,
  options: readonly NamedOption[],
  row: NewTransfer,
): Promise<void> {
  if (row.uncountedReason !== null) return;
  const places = options.map(({ option, asset }) => ({
    chainId: option.chainId,
    tokenAddress: asset.address,
  }));
  const option = options[indexOf(places, row)];
  const worth = option ? await worthOf(payment, option, row.blockTime) : null;
  if (worth === 'unknown') row.uncountedReason = 'rate_unknown';
  else row.valueFactor = worth;
}

/**
 * Which of the transactions bring gas of ours: it is nobody's payment. Their hashes are committed before a node hears of
 * them. A refund that goes to a deposit address pays it as anyone's transfer does.
 */
export async function sentByUs(
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
