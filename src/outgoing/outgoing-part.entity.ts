import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { amountColumn, integerColumn } from '../database/column-types.js';
import { OutgoingTransaction } from './outgoing-transaction.entity.js';
import { type Address, type ChainId, type TokenAddress } from '../ids/ids.js';

/** One of several movements of a transaction that the gas tank sends for many addresses. */
@Entity('outgoing_parts')
@Index('outgoing_parts_subject_idx', ['subjectId'])
@Index('outgoing_parts_address_idx', ['chainId', 'from'])
@Index('outgoing_parts_authorization_key', ['chainId', 'from', 'authorizationNonce'], {
  unique: true,
  where: 'authorization_nonce IS NOT NULL',
})
export class OutgoingPart {
  @ForeignKey(() => OutgoingTransaction, { name: 'outgoing_parts_outgoing_fkey' })
  @PrimaryColumn('uuid', { name: 'outgoing_id', primaryKeyConstraintName: 'outgoing_parts_pkey' })
  outgoingId: string;

  /** In the transaction, from 0 on. */
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'outgoing_parts_pkey' })
  position: number;

  @Column({ ...integerColumn, name: 'chain_id' })
  chainId: ChainId;

  /** The sweep it is for. */
  @Column('uuid', { name: 'subject_id' })
  subjectId: string;

  /** The deposit address, lower-case. */
  @Column('varchar', { name: 'from_address', length: 42 })
  from: Address;

  @Column('varchar', { length: 42 })
  recipient: Address;

  @Column('varchar', { name: 'token_address', length: 42 })
  tokenAddress: TokenAddress;

  /** Base units, what leaves the address. */
  @Column(amountColumn)
  amount: bigint;

  /**
   * The address's nonce that its authorization uses up (EIP-7702) when the transaction is mined, whatever becomes of the
   * call. Null: it had delegated before, or the transaction can never be mined.
   */
  @Column({ ...integerColumn, name: 'authorization_nonce', nullable: true })
  authorizationNonce: number | null;

  /** Base units that reached the recipient, by the Transfer logs. Null: it is not mined. */
  @Column({ ...amountColumn, nullable: true })
  received: bigint | null;

  /** Wei: its share of the transaction's fee. Null: it is not mined. */
  @Column({ ...amountColumn, nullable: true })
  fee: bigint | null;

  /** Why nothing was moved. */
  @Column('text', { nullable: true })
  reason: string | null;
}
