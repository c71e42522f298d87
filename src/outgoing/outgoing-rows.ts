import { type EntityManager } from 'typeorm';
import { type LedgerAccount, type OutgoingKind } from '../ledger/posting.js';
import { type Address, type Asset, type ChainId, type TokenAddress, type TxHash } from '../ids/ids.js';

/** A transaction of ours, and the hashes under which it may have been mined. */
export interface OutgoingRow {
  id: string;
  kind: OutgoingKind;
  account: Extract<LedgerAccount, 'deposit' | 'gas_tank' | 'payout'>;
  from: Address;
  recipient: Address;
  tokenAddress: Asset;
  isFinal: boolean;
  attempts: { txHash: TxHash; amount: bigint }[];
  /** What it moves of deposit addresses that did not send it. */
  parts: { from: Address; recipient: Address; tokenAddress: TokenAddress; amount: bigint }[];
}

interface Row {
  id: string;
  purpose: OutgoingKind;
  account: OutgoingRow['account'];
  from_address: Address;
  recipient: Address;
  token_address: Asset;
  is_final: boolean;
  attempts: { tx_hash: TxHash; amount: string }[];
  parts: { from: Address; recipient: Address; token: TokenAddress; amount: string }[];
}

const PAGE = 200;

/** Every transaction of ours on a chain, some at a time; of a final one the attempt that was mined; all where none was. */
export async function* outgoingRows(manager: EntityManager, chainId: ChainId): AsyncGenerator<OutgoingRow[]> {
  let after: string | null = null;
  for (;;) {
    const rows: Row[] = await manager.query<Row[]>(
      `SELECT o.id, o.purpose, o.account, o.from_address, o.recipient, o.token_address,
         o.finished_at IS NOT NULL AS is_final, attempts.attempts, parts.parts
       FROM outgoing_transactions o
       CROSS JOIN LATERAL (
         SELECT coalesce(json_agg(json_build_object('tx_hash', tx_hash, 'amount', amount::text) ORDER BY ordinal), '[]')
           AS attempts
         FROM outgoing_attempts a
         WHERE a.outgoing_id = o.id AND (o.finished_at IS NULL OR o.tx_hash IS NULL OR a.tx_hash = o.tx_hash)
       ) AS attempts
       CROSS JOIN LATERAL (
         SELECT coalesce(json_agg(json_build_object('from', from_address, 'recipient', recipient,
           'token', token_address, 'amount', amount::text) ORDER BY position), '[]') AS parts
         FROM outgoing_parts p WHERE p.outgoing_id = o.id
       ) AS parts
       WHERE o.chain_id = $1 AND ($2::uuid IS NULL OR o.id > $2) ORDER BY o.id LIMIT ${PAGE}`,
      [chainId, after],
    );
    if (rows.length > 0) yield rows.map(rowOf);
    if (rows.length < PAGE) return;
    after = rows.at(-1)?.id ?? null;
  }
}

function rowOf(row: Row): OutgoingRow {
  return {
    id: row.id,
    kind: row.purpose,
    account: row.account,
    from: row.from_address,
    recipient: row.recipient,
    tokenAddress: row.token_address,
    isFinal: row.is_final,
    attempts: row.attempts.map(({ tx_hash: txHash, amount }) => ({ txHash, amount: BigInt(amount) })),
    parts: row.parts.map(({ from, recipient, token, amount }) => ({
      from,
      recipient,
      tokenAddress: token,
      amount: BigInt(amount),
    })),
  };
}
