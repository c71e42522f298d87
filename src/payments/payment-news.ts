import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { scannedPositions } from '../chain/position/scanned-positions.js';
import { Coalescer } from '../process/coalescer.js';

/** How a payment stands, to be compared with how it stood. */
export interface PaymentNewsItem {
  paymentId: string;
  version: number;
  /** Another one whenever something has changed that a customer sees, also what makes no event. Stands in URLs. */
  mark: string;
  /** Something of it changes without an event: its confirmations, or what arrived and does not count. */
  isMoreThanVersion: boolean;
}

/** Of a payment's transfers no more are looked at: what more of them change without an event is shown with the next one. */
const MOST_LOOKED_AT = 1_000;

interface Row {
  id: string;
  version: number;
  status: string;
  transfers: string;
  /** Of the chains that hold something of it; null: none does. */
  chain_ids: string[] | null;
  has_uncounted: boolean;
}

/** Whether anything has changed of many payments: for those who show them, by one query that touches indexes alone. */
@Injectable()
export class PaymentNews {
  private readonly singly = new Coalescer((ids: string[]) => this.inOrder(ids));

  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async of(paymentIds: readonly string[]): Promise<PaymentNewsItem[]> {
    if (paymentIds.length === 0) return [];
    const rows = await this.dataSource.query<Row[]>(
      `SELECT payment.id, payment.version, payment.status,
         arrived.transfers, arrived.chain_ids, arrived.has_uncounted
       FROM payments AS payment
       CROSS JOIN LATERAL (
         SELECT concat(count(*), '.', count(resolution), '.', count(*) FILTER (WHERE state = 'included')) AS transfers,
           array_agg(DISTINCT chain_id::text) FILTER (WHERE state = 'included') AS chain_ids,
           count(uncounted_reason) > 0 AS has_uncounted
         FROM (SELECT resolution, state, chain_id, uncounted_reason FROM transfers
           WHERE payment_id = payment.id LIMIT ${MOST_LOOKED_AT}) AS transfers) AS arrived
       WHERE payment.id = ANY($1)`,
      [paymentIds],
    );
    const scanned = rows.some(isDeepening)
      ? await scannedPositions(this.dataSource.manager)
      : new Map<number, { number: number }>();
    return rows.map((row) => {
      const chainIds = isDeepening(row) ? (row.chain_ids ?? []) : [];
      const depths = chainIds.map((chainId) => scanned.get(Number(chainId))?.number ?? 0);
      return {
        paymentId: row.id,
        version: row.version,
        mark: [row.version, row.transfers, ...depths].join('-'),
        isMoreThanVersion: isDeepening(row) || row.has_uncounted,
      };
    });
  }

  /**
   * For callers in no transaction: those at the same time share a query.
   * @returns null when there is no such payment
   */
  ofOne(paymentId: string): Promise<PaymentNewsItem | null> {
    return this.singly.call(paymentId);
  }

  private async inOrder(ids: string[]): Promise<(PaymentNewsItem | null)[]> {
    const byId = new Map((await this.of([...new Set(ids)])).map((item) => [item.paymentId, item]));
    return ids.map((id) => byId.get(id) ?? null);
  }
}

/** While it waits for depth, its confirmations grow with every block. */
function isDeepening({ status }: Pick<Row, 'status'>): boolean {
  return status === 'detected';
}
