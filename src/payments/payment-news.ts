import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { scannedPositions } from '../chain/position/scanned-positions.js';

/** How a payment stands, to be compared with how it stood. */
export interface PaymentNewsItem {
  paymentId: string;
  version: number;
  /** Another one whenever something has changed that a customer sees, also what makes no event. */
  mark: string;
}

interface Row {
  id: string;
  version: number;
  status: string;
  chain_id: string;
  transfers: string;
}

/** Whether anything has changed of many payments: for those who show them, by one query that touches indexes alone. */
@Injectable()
export class PaymentNews {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async of(paymentIds: readonly string[]): Promise<PaymentNewsItem[]> {
    if (paymentIds.length === 0) return [];
    const rows = await this.dataSource.query<Row[]>(
      `SELECT payment.id, payment.version, payment.status, payment.chain_id,
         (SELECT concat(count(*), '/', count(resolution), '/', count(*) FILTER (WHERE state = 'included'))
          FROM transfers WHERE payment_id = payment.id) AS transfers
       FROM payments AS payment WHERE payment.id = ANY($1)`,
      [paymentIds],
    );
    const scanned = rows.some(isDeepening)
      ? await scannedPositions(this.dataSource.manager)
      : new Map<number, { number: number }>();
    return rows.map((row) => {
      const depth = isDeepening(row) ? (scanned.get(Number(row.chain_id))?.number ?? 0) : 0;
      return { paymentId: row.id, version: row.version, mark: [row.version, row.transfers, depth].join(' ') };
    });
  }
}

/** While it waits for depth, its confirmations grow with every block. */
function isDeepening({ status }: Pick<Row, 'status'>): boolean {
  return status === 'detected';
}
