import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager, In } from 'typeorm';
import { Token } from '../chain/token.entity.js';
import { type PaymentStatus } from './lifecycle.js';
import { type NewEvent } from './outbox.js';
import { Payment } from './payment.entity.js';
import { Transfer } from './transfer.entity.js';

export interface PaymentFilter {
  merchantId: string;
  status?: PaymentStatus;
  chain?: string;
  reference?: string;
  /** Only payments older than this id (UUIDv7 sorts by creation). */
  after?: string;
  limit: number;
}

/** A payment with what its view needs beside it. */
export interface PaymentRecord {
  payment: Payment;
  credits: Transfer[];
  tokenAddress: string | null;
}

@Injectable()
export class PaymentsRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Payment and event in one statement: one round trip, and neither can exist without the other. */
  async insert(manager: EntityManager, payment: Payment, event: NewEvent): Promise<void> {
    await manager.query(
      `WITH payment AS (
         INSERT INTO payments (id, merchant_id, chain_id, chain, token_id, address, deposit_scheme, deposit_parameters,
           derivation_index, amount, required_confirmations, recheck_at_time, reference, metadata, expires_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $12, $15)
         RETURNING id)
       INSERT INTO events (id, type, merchant_id, payment_id, body)
       SELECT $16, $17, $2, payment.id, $18 FROM payment`,
      [
        payment.id,
        payment.merchantId,
        payment.chainId,
        payment.chain,
        payment.tokenId,
        payment.address,
        payment.depositScheme,
        payment.depositParameters,
        payment.derivationIndex,
        payment.amount.toString(),
        payment.requiredConfirmations,
        payment.expiresAt,
        payment.reference,
        payment.metadata,
        payment.createdAt,
        event.id,
        event.type,
        event.body,
      ],
    );
  }

  /** Null when there is none, or when it is another merchant's. */
  async find(merchantId: string, id: string): Promise<PaymentRecord | null> {
    const payment = await this.dataSource.manager.findOneBy(Payment, { id, merchantId });
    if (!payment) return null;
    const [record] = await this.withCredits([payment]);
    return record ?? null;
  }

  /** Newest first. */
  async list(filter: PaymentFilter): Promise<PaymentRecord[]> {
    const query = this.dataSource.manager
      .createQueryBuilder(Payment, 'payment')
      .where('payment.merchant_id = :merchantId', filter)
      .orderBy('payment.id', 'DESC')
      .limit(filter.limit);
    if (filter.status !== undefined) query.andWhere('payment.status = :status', filter);
    if (filter.chain !== undefined) query.andWhere('payment.chain = :chain', filter);
    if (filter.reference !== undefined) query.andWhere('payment.reference = :reference', filter);
    if (filter.after !== undefined) query.andWhere('payment.id < :after', filter);
    return this.withCredits(await query.getMany());
  }

  /**
   * How deep the chain has been scanned, for the confirmations a merchant sees while a payment waits.
   * @returns the cursor's block number by chain id
   */
  async scannedNumbers(chainIds: number[]): Promise<Map<number, number>> {
    const rows = await this.dataSource.query<{ chain_id: string; block_number: string }[]>(
      'SELECT chain_id, block_number FROM chain_cursors WHERE chain_id = ANY($1)',
      [chainIds],
    );
    return new Map(rows.map((row) => [Number(row.chain_id), Number(row.block_number)]));
  }

  private async withCredits(payments: Payment[]): Promise<PaymentRecord[]> {
    if (payments.length === 0) return [];
    const { manager } = this.dataSource;
    const tokenIds = [...new Set(payments.map((payment) => payment.tokenId).filter((id) => id !== null))];
    const [credits, tokens] = await Promise.all([
      countedTransfers(
        manager,
        payments.map((payment) => payment.id),
      ),
      tokenIds.length > 0 ? manager.findBy(Token, { id: In(tokenIds) }) : [],
    ]);
    return payments.map((payment) => ({
      payment,
      credits: credits.filter((credit) => credit.paymentId === payment.id),
      tokenAddress: tokens.find((token) => token.id === payment.tokenId)?.address ?? null,
    }));
  }
}

/** The transfers that make up what the payments have received, where the canonical chain has them now. */
export function countedTransfers(manager: EntityManager, paymentIds: string[]): Promise<Transfer[]> {
  return manager
    .createQueryBuilder(Transfer, 'transfer')
    .where('transfer.payment_id = ANY(:paymentIds)', { paymentIds })
    .andWhere(`transfer.state = 'included' AND transfer.uncounted_reason IS NULL`)
    .getMany();
}
