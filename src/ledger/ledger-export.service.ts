import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { inOneMoment } from '../database/one-moment.js';
import { type LedgerAccount, type PostingKind } from './posting.js';
import { type Address, type Asset, type ChainId, type TxHash } from '../ids/ids.js';

export interface ExportRange {
  /** First moment, and the first one after the end; by when entries were booked. */
  from: Date;
  to: Date;
  /** Null: every chain. */
  chainId: ChainId | null;
}

/** One leg with its transaction. Times ISO 8601, UTC; the amount in base units. */
export interface ExportedEntry {
  booked_at: string;
  block_time: string;
  chain_id: ChainId;
  block_number: number;
  block_hash: string;
  tx_hash: TxHash | null;
  transaction_id: string;
  kind: PostingKind;
  /** The ledger transaction that this one undoes. */
  reverses: string | null;
  payment_id: string | null;
  /** What was moved: `transfer:<id>`, `outgoing:<id>`, … */
  subject: string;
  account: LedgerAccount;
  address: Address | null;
  token: Asset;
  amount: string;
}

const AT_ONCE = 1_000;

/** The books, line by line. */
@Injectable()
export class LedgerExport {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /**
   * In the order they were booked, as they are in one moment; memory does not grow with their number.
   * @param take is given some of them at a time, and the transaction that they are read in
   */
  async entries(
    range: ExportRange,
    take: (entries: ExportedEntry[], manager: EntityManager) => Promise<void>,
  ): Promise<void> {
    await inOneMoment(this.dataSource, async (manager) => {
      await manager.query(
        `DECLARE ledger_export NO SCROLL CURSOR FOR
         SELECT to_char(t.booked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS booked_at,
           to_char(t.block_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS block_time,
           t.chain_id::float8 AS chain_id, t.block_number::float8 AS block_number, t.block_hash, t.tx_hash,
           t.id AS transaction_id, t.kind, t.reverses, t.payment_id, t.subject,
           e.account, e.address, e.token_address AS token, e.amount::text AS amount
         FROM ledger_transactions t JOIN ledger_entries e ON e.transaction_id = t.id
         WHERE t.booked_at >= $1 AND t.booked_at < $2 AND ($3::bigint IS NULL OR t.chain_id = $3)
         ORDER BY t.booked_at, t.id, e.position`,
        [range.from, range.to, range.chainId],
      );
      for (;;) {
        const rows = await manager.query<ExportedEntry[]>(`FETCH ${AT_ONCE} FROM ledger_export`);
        if (rows.length === 0) return;
        await take(rows, manager);
      }
    });
  }
}
