import { type EntityManager } from 'typeorm';
import { type PaymentOption } from './payment-option.entity.js';
import { type Payment } from './payment.entity.js';

/** A payment and its options as the lifecycle left them. */
export type MovedPayment = Payment & { options: readonly PaymentOption[] };

/**
 * Saves what the lifecycle moved, all payments in one statement, and all their options in another. Rows are locked by the caller; the version guards
 * against a caller that forgot.
 * @throws PaymentMovedMeanwhileError when a payment's version has gone past the one given
 */
export async function savePayments(manager: EntityManager, payments: readonly MovedPayment[]): Promise<void> {
  if (payments.length === 0) return;
  const rows = payments.map((payment) => ({
    id: payment.id,
    status: payment.status,
    exception: payment.exception,
    chain_id: payment.chainId,
    chain: payment.chain,
    token_id: payment.tokenId,
    amount: payment.amount.toString(),
    required_confirmations: payment.requiredConfirmations,
    amount_received: payment.amountReceived.toString(),
    amount_confirmed: payment.amountConfirmed.toString(),
    confirmations: payment.confirmations,
    detected_in_block: payment.detectedInBlock,
    version: payment.version,
    detected_at: payment.detectedAt,
    confirmed_at: payment.confirmedAt,
    settled_at: payment.settledAt,
    failed_at: payment.failedAt,
  }));
  const [, updated] = await manager.query<[unknown, number]>(
    `UPDATE payments SET
       status = new.status, exception = new.exception, chain_id = new.chain_id, chain = new.chain,
       token_id = new.token_id, amount = new.amount, required_confirmations = new.required_confirmations,
       amount_received = new.amount_received, amount_confirmed = new.amount_confirmed,
       confirmations = new.confirmations, detected_in_block = new.detected_in_block,
       version = new.version, detected_at = new.detected_at, confirmed_at = new.confirmed_at, settled_at = new.settled_at,
       failed_at = new.failed_at
     FROM jsonb_to_recordset($1::jsonb) AS new (
       id uuid, status varchar, exception varchar, chain_id bigint, chain varchar, token_id uuid, amount numeric(78,0),
       required_confirmations integer, amount_received numeric(78,0), amount_confirmed numeric(78,0),
       confirmations integer, detected_in_block bigint, version integer, detected_at timestamptz, confirmed_at timestamptz, settled_at timestamptz,
       failed_at timestamptz)
     WHERE payments.id = new.id AND payments.version <= new.version`,
    [JSON.stringify(rows)],
  );
  if (updated !== payments.length) throw new PaymentMovedMeanwhileError(payments.length - updated);
  await saveOptions(
    manager,
    payments.flatMap(({ options }) => options),
  );
}

async function saveOptions(manager: EntityManager, options: readonly PaymentOption[]): Promise<void> {
  const rows = options.map((option) => ({
    payment_id: option.paymentId,
    position: option.position,
    amount_received: option.amountReceived.toString(),
    amount_confirmed: option.amountConfirmed.toString(),
    confirmations: option.confirmations,
    detected_in_block: option.detectedInBlock,
    recheck_at_block: option.recheckAtBlock,
    recheck_at_time: option.recheckAtTime,
  }));
  await manager.query(
    `UPDATE payment_options SET
       amount_received = new.amount_received, amount_confirmed = new.amount_confirmed,
       confirmations = new.confirmations, detected_in_block = new.detected_in_block,
       recheck_at_block = new.recheck_at_block, recheck_at_time = new.recheck_at_time
     FROM jsonb_to_recordset($1::jsonb) AS new (
       payment_id uuid, position smallint, amount_received numeric(78,0), amount_confirmed numeric(78,0),
       confirmations integer, detected_in_block bigint, recheck_at_block bigint, recheck_at_time timestamptz)
     WHERE payment_options.payment_id = new.payment_id AND payment_options.position = new.position`,
    [JSON.stringify(rows)],
  );
}

/** Another transaction advanced a payment between our reading and our writing: nothing was saved, read again. */
export class PaymentMovedMeanwhileError extends Error {
  readonly retryable = true;

  constructor(count: number) {
    super(`${count} payments were advanced by someone else meanwhile; reading again fixes it`);
  }
}
