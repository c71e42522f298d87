import { type DataSource } from 'typeorm';
import { tokenBalance } from '../harness/sweep-world.js';
import { type TestChain } from '../harness/test-chain.js';

/** Taken, or not with a reason: anything but a fault of ours. */
export function requireAnswered(what: string, status: number, body: unknown): void {
  if (status < 500 || status === 503) return;
  throw new Error(`${what} answers ${status}: ${JSON.stringify(body)}`);
}

/** Base units that an address has after the last block. @param token null: the native asset */
export async function heldOn(node: TestChain, token: string | null, address: string): Promise<bigint> {
  if (token !== null) return tokenBalance(node, token, address);
  return BigInt(await node.rpc<string>('eth_getBalance', [address, 'latest']));
}

/**
 * What of leaving money is under way, in words, but for what no node would take, and refunds of deposits that a reorg took
 * away: they wait until these are mined again, or somebody cancels them.
 * @param nodeOf asked itself: no fault stands before it
 */
export async function moneyUnderWay(
  dataSource: DataSource,
  nodeOf: (chainId: number) => TestChain,
): Promise<string[]> {
  const rows = await dataSource.query<{ line: string }[]>(
    `SELECT 'outgoing ' || purpose || ' ' || id || ' is ' || state AS line FROM outgoing_transactions
       WHERE state IN ('signed','sent','mined') AND id <> ALL($1::uuid[])
     UNION ALL SELECT 'refund ' || id || ' is ' || state || ': ' || coalesce(waits_for, '') FROM refunds
       WHERE state IN ('created','sent') AND (outgoing_id IS NULL OR outgoing_id <> ALL($1::uuid[]))
         AND NOT EXISTS (SELECT FROM transfers WHERE id = deposit_id AND state = 'orphaned')
     UNION ALL SELECT 'sweep ' || id || ' is ' || state || ': ' || coalesce(reason, '') FROM sweeps
       WHERE state IN ('planned','funding','sent') AND (outgoing_id IS NULL OR outgoing_id <> ALL($1::uuid[]))`,
    [await unpaid(dataSource, nodeOf)],
  );
  return rows.map(({ line }) => line);
}

/**
 * Of native money that a reorg took from under what was signed: no node takes it while its address has less than it
 * moves, and it goes as it is should the money come again.
 */
async function unpaid(dataSource: DataSource, nodeOf: (chainId: number) => TestChain): Promise<string[]> {
  type Row = { id: string; chain_id: string; from_address: string; amount: string; nonce: string };
  const rows = await dataSource.query<Row[]>(
    `SELECT id, chain_id, from_address, amount, nonce FROM outgoing_transactions
     WHERE state IN ('signed','sent') AND account = 'deposit' AND token_address IS NULL`,
  );
  const found: string[] = [];
  for (const { id, chain_id: chainId, from_address: from, amount, nonce } of rows) {
    const node = nodeOf(Number(chainId));
    // One that is mined and not noted yet has moved the money itself.
    const used = Number(await node.rpc<string>('eth_getTransactionCount', [from, 'latest']));
    if (used <= Number(nonce) && (await heldOn(node, null, from)) < BigInt(amount)) found.push(id);
  }
  return found;
}
