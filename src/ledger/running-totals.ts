import { type DataSource } from 'typeorm';
import { type LedgerAccount } from './posting.js';
import { type Asset, type ChainId, toChainId } from '../ids/ids.js';

/** What the books say of an account and asset of a chain, whatever the block. Base units. */
export interface LedgerTotal {
  chainId: ChainId;
  account: LedgerAccount;
  /** Null: the native asset. */
  tokenAddress: Asset;
  amount: bigint;
}

interface Row {
  chain_id: string;
  account: LedgerAccount;
  token_address: Asset;
  settled: string;
  all: string;
}

/**
 * Sums of an append-only ledger, without reading it from the beginning each time: only what was booked since the last
 * time, and what may have been uncommitted then.
 */
export class RunningTotals {
  private upTo = new Date(0);
  private settled = new Map<string, LedgerTotal>();
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly dataSource: DataSource) {}

  /** As of now. The first time reads every entry. */
  read(): Promise<LedgerTotal[]> {
    const read = this.turn.then(() => this.next());
    this.turn = read.catch(() => undefined);
    return read;
  }

  private async next(): Promise<LedgerTotal[]> {
    const horizon = await this.horizon();
    const rows = await this.dataSource.query<Row[]>(
      `SELECT entry.chain_id, entry.account, entry.token_address, sum(entry.amount) AS all,
         coalesce(sum(entry.amount) FILTER (WHERE booked.booked_at < $2), 0) AS settled
       FROM ledger_transactions booked JOIN ledger_entries entry ON entry.transaction_id = booked.id
       WHERE booked.booked_at >= $1 GROUP BY entry.chain_id, entry.account, entry.token_address`,
      [this.upTo, horizon],
    );
    const all = plus(this.settled, rows, 'all');
    this.settled = plus(this.settled, rows, 'settled');
    this.upTo = horizon;
    return [...all.values()];
  }

  /**
   * Asked before the entries are read: whatever was booked before this is committed or gone, since each transaction
   * that is open then, or began later, books after its own beginning.
   */
  private async horizon(): Promise<Date> {
    const [row] = await this.dataSource.query<{ horizon: Date }[]>(
      `SELECT date_trunc('milliseconds', least(now(), min(xact_start)) - interval '1 minute') AS horizon
       FROM pg_stat_activity WHERE datname = current_database()`,
    );
    const { horizon } = row as { horizon: Date };
    return horizon > this.upTo ? horizon : this.upTo;
  }
}

function plus(
  totals: ReadonlyMap<string, LedgerTotal>,
  rows: readonly Row[],
  what: 'all' | 'settled',
): Map<string, LedgerTotal> {
  const sums = new Map(totals);
  for (const row of rows) {
    const { account, token_address: tokenAddress } = row;
    const chainId = toChainId(Number(row.chain_id));
    const key = `${chainId} ${account} ${tokenAddress}`;
    const amount = (sums.get(key)?.amount ?? 0n) + BigInt(row[what]);
    sums.set(key, { chainId, account, tokenAddress, amount });
  }
  return sums;
}
