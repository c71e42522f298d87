import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { amountColumn, integerColumn } from '../database/column-types.js';
import { type Account } from '../wallet/keys.js';
import { type Address, type Asset, type ChainId, type TxHash } from '../ids/ids.js';

/**
 * `gas`: from the tank to an address that has to pay gas. `gas_return`: what was left of it, back to the tank.
 * `deploy`: makes the contract that deposit addresses delegate to.
 */
export type Purpose = 'sweep' | 'gas' | 'gas_return' | 'refund' | 'deploy';

/**
 * `signed`: its bytes are committed, and no node has them. `sent`: nodes may know it. `mined`: in a block, not final yet.
 * `confirmed`: final, and it succeeded. `failed`: final, and it did not do what it was for.
 */
export type OutgoingState = 'signed' | 'sent' | 'mined' | 'confirmed' | 'failed';

/**
 * What an address of ours does at one nonce. Whatever bytes were signed for it (`outgoing_attempts`) carry the same
 * nonce, so that the chain takes one of them at most.
 */
@Entity('outgoing_transactions')
@Check('outgoing_transactions_purpose_check', `purpose IN ('sweep','gas','gas_return','refund','deploy')`)
@Check('outgoing_transactions_account_check', `account IN ('deposit','gas_tank','payout')`)
@Check('outgoing_transactions_state_check', `state IN ('signed','sent','mined','confirmed','failed')`)
@Index('outgoing_transactions_nonce_key', ['chainId', 'from', 'nonce'], { unique: true })
@Index('outgoing_transactions_open_idx', ['chainId', 'id'], {
  where: `state IN ('signed','sent','mined')`,
})
@Index('outgoing_transactions_final_idx', ['chainId', 'blockNumber'], { where: 'finished_at IS NOT NULL' })
@Index('outgoing_transactions_subject_idx', ['subjectId'])
@Index('outgoing_transactions_gas_idx', ['chainId', 'recipient'], { where: `purpose = 'gas'` })
@Index('outgoing_transactions_day_idx', ['chainId', 'createdAt'])
export class OutgoingTransaction {
  /** UUIDv7. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'outgoing_transactions_pkey' })
  id: string;

  @Column({ ...integerColumn, name: 'chain_id' })
  chainId: ChainId;

  @Column('varchar', { length: 12 })
  purpose: Purpose;

  /** The sweep or refund it is for; null: several sweeps (`outgoing_parts`), or none. */
  @Column('uuid', { name: 'subject_id', nullable: true })
  subjectId: string | null;

  /** Whose key signs. */
  @Column('varchar', { length: 10 })
  account: Account['kind'];

  /** Of a deposit address. */
  @Column({ ...integerColumn, name: 'derivation_index', nullable: true })
  derivationIndex: number | null;

  /** Lower-case, as all addresses here. */
  @Column('varchar', { name: 'from_address', length: 42 })
  from: Address;

  @Column(integerColumn)
  nonce: number;

  /** Who gets the asset; the transaction itself goes to the token's contract, where there is one. Else the contract that it calls or makes. */
  @Column('varchar', { length: 42 })
  recipient: Address;

  /** Null: the chain's native asset. */
  @Column('varchar', { name: 'token_address', length: 42, nullable: true })
  tokenAddress: Asset;

  /** Of the asset, in base units: what the attempt that was mined moves, until then the last one signed. */
  @Column(amountColumn)
  amount: bigint;

  /** Wei: what the share of fees allows it to cost; null: any, as what moves it was forced or is no sweep. */
  @Column({ ...amountColumn, name: 'most_fee', nullable: true })
  mostFee: bigint | null;

  /** The fee comes out of what is moved: an attempt with a higher one moves less. */
  @Column('boolean', { name: 'is_drain', default: false })
  isDrain: boolean;

  @Column('varchar', { length: 10 })
  state: OutgoingState;

  /** Why it failed, or what it waits for. */
  @Column('text', { nullable: true })
  reason: string | null;

  /** Of the attempt that was mined; null: none is. */
  @Column('varchar', { name: 'tx_hash', length: 66, nullable: true })
  txHash: TxHash | null;

  @Column({ ...integerColumn, name: 'block_number', nullable: true })
  blockNumber: number | null;

  @Column('varchar', { name: 'block_hash', length: 66, nullable: true })
  blockHash: string | null;

  /** The receipt's status. */
  @Column('boolean', { nullable: true })
  succeeded: boolean | null;

  @Column({ ...integerColumn, name: 'gas_used', nullable: true })
  gasUsed: number | null;

  /** Wei per gas, as paid. */
  @Column({ ...amountColumn, name: 'effective_gas_price', nullable: true })
  effectiveGasPrice: bigint | null;

  /** Wei, as paid: gas used × effective price, what the data costs on the chain below, and the operator's fee (OP stack). Also of one that failed. */
  @Column({ ...amountColumn, nullable: true })
  fee: bigint | null;

  /** What reached the recipient: for tokens by the Transfer logs, which is less where the token takes a fee. */
  @Column({ ...amountColumn, nullable: true })
  received: bigint | null;

  /** Up to which the chain was scanned when it was first signed, or a deeper block that a reorg left standing since; null: not known. */
  @Column({ ...integerColumn, name: 'signed_after_block', nullable: true })
  signedAfterBlock: number | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  /** When it was first broadcast. */
  @Column('timestamptz', { name: 'sent_at', nullable: true })
  sentAt: Date | null;

  /** When its bytes were last given to a node. */
  @Column('timestamptz', { name: 'checked_at', nullable: true })
  checkedAt: Date | null;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt: Date | null;

  /** How often every endpoint that answered has refused whatever was signed for it, and not for its price, nonce or balance. */
  @Column({ ...integerColumn, name: 'refused_times', default: 0 })
  refusedTimes: number;

  /** Since when; null: it is not. */
  @Column('timestamptz', { name: 'refused_since', nullable: true })
  refusedSince: Date | null;

  /** When a reorg last took its block away after it was final. */
  @Column('timestamptz', { name: 'reopened_at', nullable: true })
  reopenedAt: Date | null;
}

export const NOT_REFUSED = { refusedTimes: 0, refusedSince: null } as const;
