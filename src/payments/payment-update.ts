import { type EntityManager } from 'typeorm';
import { type Payment } from './payment.entity.js';

/**
 * Saves what the lifecycle moved, all payments in one statement. Rows are locked by the caller; the version guards
 * against a caller that forgot.
 * @throws PaymentMovedMeanwhileError when a payment's version has gone past the one given
 */
export async function savePayments(manager: EntityManager, payments: Payment[]): Promise<void> {
  if (payments.length === 0) return;
  const rows = payments.map((payment) => ({
    id: payment.id,
    status: payment.status,
    exception: payment.exception,
    amount_received: payment.amountReceived.toString(),
    amount_confirmed: payment.amountConfirmed.toString(),
    confirmations: payment.confirmations,
    detected_in_block: payment.detectedInBlock,
    recheck_at_block: payment.recheckAtBlock,
    recheck_at_time: payment.recheckAtTime,
    version: payment.version,
    detected_at: payment.detectedAt,
    confirmed_at: payment.confirmedAt,
    settled_at: payment.settledAt,
  }));
  const [, updated] = await manager.query<[unknown, number]>(
    `UPDATE payments SET
       status = new.status, exception = new.exception,
       amount_received = new.amount_received, amount_confirmed = new.amount_confirmed,
       confirmations = new.confirmations, detected_in_block = new.detected_in_block,
       recheck_at_block = new.recheck_at_block, recheck_at_time = new.recheck_at_time,
       version = new.version, detected_at = new.detected_at, confirmed_at = new.confirmed_at, settled_at = new.settled_at
     FROM jsonb_to_recordset($1::jsonb) AS new (
       id uuid, status varchar, exception varchar, amount_received numeric(78,0), amount_confirmed numeric(78,0),
       confirmations integer, detected_in_block bigint, recheck_at_block bigint, recheck_at_time timestamptz,
       version integer, detected_at timestamptz, confirmed_at timestamptz, settled_at timestamptz)
     WHERE payments.id = new.id AND payments.version <= new.version`,
    [JSON.stringify(rows)],
  );
  if (updated !== payments.length) throw new PaymentMovedMeanwhileError(payments.length - updated);
}

/** Another transaction advanced a payment between our reading and our writing: nothing was saved, read again. */
export class PaymentMovedMeanwhileError extends Error {
  readonly retryable = true;

  constructor(count: number) {
    super(`${count} payments were advanced by someone else meanwhile; reading again fixes it`);
  }
}
