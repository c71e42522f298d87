import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { lateWatchMsOf } from './counting.js';
import { type PaymentStatus } from './lifecycle.js';
import { holdPayments } from './hold-payments.js';
import { DUE_IN_NEXT_STEP } from './next-step.js';
import { type PaymentSweep } from './payment.entity.js';
import { type Address, type Asset, type ChainId, type TxHash } from '../ids/ids.js';

/** One asset that reached a payment's address, and may still be there. */
export interface UnsweptDeposit {
  paymentId: string;
  merchantId: string;
  /** Lower-case, as all addresses here. */
  address: Address;
  derivationIndex: number;
  status: PaymentStatus;
  /** Null: the chain's native asset. */
  tokenAddress: Asset;
}

/** Money on its way in, which a reorg may still take away. */
export interface Arrived {
  /** The transfer's id. */
  id: string;
  amount: bigint;
  blockNumber: number;
  /** The payment's own rule where it counts towards it; undefined: the chain's, by the amount. */
  requiredConfirmations?: number | null;
}

/** What left an address. */
export interface MovedTransfers {
  chainId: ChainId;
  address: Address;
  tokenAddress: Asset;
  /**
   * Those that were found there before it was moved. A block number alone does not say which: what was not final yet is
   * left behind, and a reorg or a late search adds to old blocks.
   */
  transferIds: readonly string[];
  /** None that a reorg put into a later block since. */
  upToBlock: number;
}

interface UnsweptRow {
  payment_id: string;
  merchant_id: string;
  address: Address;
  derivation_index: string;
  status: PaymentStatus;
  token_address: Asset;
}

/** What lies at deposit addresses, for whoever moves it on; and the mark that it was moved. */
@Injectable()
export class DepositFunds {
  private readonly lateWatchMs: number;

  constructor(@Inject(SETTINGS) settings: Settings) {
    this.lateWatchMs = lateWatchMsOf(settings);
  }

  /**
   * What may be swept: money of payments that are confirmed or closed for good, and deposits that were accepted or
   * ignored. The rest is left, so that it can go back from where it came.
   * @param chainTime of the last block scanned
   * @param paymentIds of these payments everything, whatever their status
   */
  async unswept(
    manager: EntityManager,
    chainId: ChainId,
    chainTime: Date,
    paymentIds: readonly string[] | null,
  ): Promise<UnsweptDeposit[]> {
    const closedBefore = new Date(chainTime.getTime() - this.lateWatchMs);
    const rows = await manager.query<UnsweptRow[]>(
      `SELECT DISTINCT payment.id AS payment_id, payment.merchant_id, payment.address, payment.derivation_index,
         payment.status, transfer.token_address
       FROM transfers transfer
       JOIN payments payment ON payment.id = transfer.payment_id
       WHERE transfer.chain_id = $1 AND transfer.state = 'included' AND transfer.swept_at IS NULL
         AND transfer.uncounted_reason IS DISTINCT FROM 'absurd_amount'
         AND (payment.id = ANY($3) OR ($3::uuid[] IS NULL AND (
           payment.status IN ('confirmed', 'settled', 'failed') OR transfer.resolution IS NOT NULL
           OR (payment.status IN ('expired', 'cancelled') AND payment.expires_at < $2))))
       ORDER BY payment.id, transfer.token_address NULLS LAST`,
      [chainId, closedBefore, paymentIds],
    );
    return rows.map((row) => ({
      paymentId: row.payment_id,
      merchantId: row.merchant_id,
      address: row.address,
      derivationIndex: Number(row.derivation_index),
      status: row.status,
      tokenAddress: row.token_address,
    }));
  }

  /** What of an asset reached an address and is not known to have left it. */
  async arrived(
    manager: EntityManager,
    chainId: ChainId,
    address: Address,
    tokenAddress: Asset,
  ): Promise<Arrived[]> {
    const rows = await manager.query<
      {
        id: string;
        amount: string;
        block_number: string;
        counts: boolean;
        required_confirmations: number | null;
      }[]
    >(
      `SELECT transfer.id, transfer.amount, transfer.block_number, option.required_confirmations,
         (transfer.uncounted_reason IS NULL AND option.payment_id IS NOT NULL) AS counts
       FROM transfers transfer LEFT JOIN payment_options option
         ON option.payment_id = transfer.payment_id AND option.chain_id = transfer.chain_id
         AND option.token_id IS NOT DISTINCT FROM (SELECT id FROM tokens
           WHERE tokens.chain_id = transfer.chain_id AND tokens.address = transfer.token_address)
       WHERE transfer.chain_id = $1 AND transfer.to_address = $2 AND transfer.token_address IS NOT DISTINCT FROM $3
         AND transfer.state = 'included' AND transfer.swept_at IS NULL
         AND transfer.uncounted_reason IS DISTINCT FROM 'absurd_amount'`,
      [chainId, address, tokenAddress],
    );
    return rows.map((row) => ({
      id: row.id,
      amount: BigInt(row.amount),
      blockNumber: Number(row.block_number),
      ...(row.counts ? { requiredConfirmations: row.required_confirmations } : {}),
    }));
  }

  /** Wei that customers have sent to an address, and that no sweep is known to have taken, whatever else became of them. */
  async unsweptNative(manager: EntityManager, chainId: ChainId, address: Address): Promise<bigint> {
    const [row] = await manager.query<{ sum: string }[]>(
      `SELECT coalesce(sum(amount), 0) AS sum FROM transfers WHERE chain_id = $1 AND to_address = $2
         AND token_address IS NULL AND state = 'included' AND swept_at IS NULL`,
      [chainId, address],
    );
    return BigInt(row?.sum ?? 0);
  }

  /** Notes that transfers have left their address for good: these, and absurd ones, of which nothing can be moved. */
  async markSwept(manager: EntityManager, paymentId: string, moved: MovedTransfers): Promise<void> {
    await holdPayments(manager, [paymentId]);
    await manager.query(
      `UPDATE transfers SET swept_at = now()
       WHERE chain_id = $1 AND to_address = $2 AND token_address IS NOT DISTINCT FROM $3 AND block_number <= $4
         AND (id = ANY($5::uuid[]) OR uncounted_reason = 'absurd_amount')
         AND state = 'included' AND swept_at IS NULL`,
      [moved.chainId, moved.address, moved.tokenAddress, moved.upToBlock, moved.transferIds],
    );
  }

  /**
   * Takes back the mark of an asset: whether it is there is to be looked at again. What left its address in earlier
   * sweeps is found gone then.
   */
  async unmarkSwept(
    manager: EntityManager,
    { chainId, address, tokenAddress }: { chainId: ChainId; address: Address; tokenAddress: Asset },
  ): Promise<void> {
    await manager.query(
      `UPDATE transfers SET swept_at = NULL
       WHERE chain_id = $1 AND to_address = $2 AND token_address IS NOT DISTINCT FROM $3 AND swept_at IS NOT NULL`,
      [chainId, address, tokenAddress],
    );
  }

  /**
   * Notes the final sweep of a confirmed payment's money in one asset; of one that it does not ask for it settles
   * nothing. The scanner settles the payment at its next step, once all that came is swept: it alone knows how far the
   * chains are agreed on, and writes status and event together. One that was settled before a reorg took its sweep away gets the new figures alone.
   */
  async settle(
    manager: EntityManager,
    moved: { paymentId: string; chainId: ChainId; tokenAddress: Asset },
    sweep: PaymentSweep,
  ): Promise<void> {
    await holdPayments(manager, [moved.paymentId]);
    await manager.query(
      `UPDATE payment_options SET sweep = $4, recheck_at_time = ${DUE_IN_NEXT_STEP}
       WHERE payment_id = $1 AND chain_id = $2 AND sweep IS NULL
         AND (SELECT address FROM tokens WHERE tokens.id = payment_options.token_id) IS NOT DISTINCT FROM $3
         AND (SELECT status FROM payments WHERE id = $1) IN ('confirmed', 'settled')`,
      [moved.paymentId, moved.chainId, moved.tokenAddress, sweep],
    );
  }

  /** Assets of confirmed payments that no sweep is noted of, though all that came in them has left its address. */
  async sweptUnsettled(
    manager: EntityManager,
    chainId: ChainId,
  ): Promise<{ paymentId: string; address: Address; tokenAddress: Asset }[]> {
    const rows = await manager.query<{ id: string; address: Address; token_address: Asset }[]>(
      `SELECT payment.id, payment.address, token.address AS token_address
       FROM payment_options option JOIN payments payment ON payment.id = option.payment_id
       LEFT JOIN tokens token ON token.id = option.token_id
       WHERE option.chain_id = $1 AND option.amount_received > 0 AND option.sweep IS NULL
         AND payment.status = 'confirmed' AND NOT EXISTS (
         SELECT FROM transfers transfer
         WHERE transfer.payment_id = payment.id AND transfer.chain_id = option.chain_id
           AND transfer.token_address IS NOT DISTINCT FROM token.address
           AND transfer.state = 'included' AND transfer.swept_at IS NULL)
       ORDER BY payment.id`,
      [chainId],
    );
    return rows.map(({ id, address, token_address: tokenAddress }) => ({
      paymentId: id,
      address,
      tokenAddress,
    }));
  }

  /** Takes back what `settle` noted of a transaction, as far as it is that. */
  async unsettle(manager: EntityManager, paymentId: string, txHash: TxHash): Promise<void> {
    await holdPayments(manager, [paymentId]);
    await manager.query(
      `UPDATE payment_options SET sweep = NULL WHERE payment_id = $1 AND sweep ->> 'tx_hash' = $2`,
      [paymentId, txHash],
    );
  }
}
