import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Merchant } from '../auth/merchant.entity.js';
import { amountColumn, integerColumn } from '../database/column-types.js';
import { OutgoingTransaction } from '../outgoing/outgoing-transaction.entity.js';
import { type RefundState } from '../payments/given-back.js';
import { Payment } from '../payments/payment.entity.js';
import { type StoredLot } from '../payments/refund-subjects.js';
import { Transfer } from '../payments/transfer.entity.js';
import { type Address, type Asset, type ChainId } from '../ids/ids.js';

export { REFUND_STATES, type RefundState } from '../payments/given-back.js';

/** Money of a payment that goes back. */
@Entity('refunds')
@Check('refunds_amount_check', 'amount > 0')
@Check('refunds_state_check', `state IN ('created','sent','confirmed','failed','cancelled')`)
@Check('refunds_source_check', `source IN ('deposit','payout')`)
@Index('refunds_payment_idx', ['paymentId', 'id'])
@Index('refunds_merchant_idx', ['merchantId', 'id'])
@Index('refunds_merchant_state_idx', ['merchantId', 'state', 'id'])
@Index('refunds_merchant_to_idx', ['merchantId', 'to', 'id'])
@Index('refunds_deposit_idx', ['depositId'], { where: 'deposit_id IS NOT NULL' })
@Index('refunds_gas_idx', ['chainId', 'id'], {
  where: `gas_settled = false AND state IN ('confirmed','failed','cancelled')`,
})
@Index('refunds_open_idx', ['chainId', 'id'], { where: `state IN ('created','sent')` })
export class Refund {
  /** UUIDv7. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'refunds_pkey' })
  id: string;

  @ForeignKey(() => Payment, { name: 'refunds_payment_fkey' })
  @Column('uuid', { name: 'payment_id' })
  paymentId: string;

  /** The deposit that goes back; null: of whatever counts towards the payment. */
  @ForeignKey(() => Transfer, { name: 'refunds_deposit_fkey' })
  @Column('uuid', { name: 'deposit_id', nullable: true })
  depositId: string | null;

  /** Asked for when the payment was confirmed already: it takes nothing from what was due. */
  @Column('boolean', { name: 'after_confirmation', default: false })
  isAfterConfirmation: boolean;

  /** The operator has it paid though its gas costs more than the rules allow. */
  @Column('boolean', { name: 'forced', default: false })
  isForced: boolean;

  @ForeignKey(() => Merchant, { name: 'refunds_merchant_fkey' })
  @Column('uuid', { name: 'merchant_id' })
  merchantId: string;

  @Column({ ...integerColumn, name: 'chain_id' })
  chainId: ChainId;

  /** Of the payment; null: the chain's native asset. */
  @Column('varchar', { name: 'token_address', length: 42, nullable: true })
  tokenAddress: Asset;

  /** Lower-case. */
  @Column('varchar', { name: 'to_address', length: 42 })
  to: Address;

  /** Base units of the payment's asset. The fee is ours. */
  @Column(amountColumn)
  amount: bigint;

  /**
   * What it takes of the money that counts, settled when it was asked for; null: of a deposit alone, what that is worth.
   * Null without a deposit: from a version that did not settle it, whatever came first.
   */
  @Column('jsonb', { nullable: true })
  lots: StoredLot[] | null;

  /** The merchant's own words. */
  @Column('varchar', { length: 500, nullable: true })
  reason: string | null;

  /** The payment's deposit address, and its index. */
  @Column('varchar', { name: 'from_address', length: 42 })
  depositAddress: Address;

  @Column({ ...integerColumn, name: 'derivation_index' })
  derivationIndex: number;

  @Column('varchar', { length: 10 })
  state: RefundState;

  /** The state that was announced last: not again where a reorg has it come about twice. */
  @Column('varchar', { length: 10, nullable: true })
  announced: RefundState | null;

  /** Where the money comes from; null: not decided yet. */
  @Column('varchar', { length: 10, nullable: true })
  source: 'deposit' | 'payout' | null;

  @ForeignKey(() => OutgoingTransaction, { name: 'refunds_outgoing_fkey' })
  @Column('uuid', { name: 'outgoing_id', nullable: true })
  outgoingId: string | null;

  /** What keeps it from being sent, for now. */
  @Column('text', { name: 'waits_for', nullable: true })
  waitsFor: string | null;

  /** Why it failed. */
  @Column('text', { nullable: true })
  failure: string | null;

  /** Wei, as paid: of the transfer and of the gas sent for it. */
  @Column({ ...amountColumn, nullable: true })
  fee: bigint | null;

  /** False: a token's, whose deposit address has gas; what is left of that is to be looked at, and sent back where it pays. */
  @Column('boolean', { name: 'gas_settled', default: true })
  isGasSettled: boolean;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { name: 'sent_at', nullable: true })
  sentAt: Date | null;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt: Date | null;
}
