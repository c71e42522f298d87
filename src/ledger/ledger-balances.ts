import { type EntityManager } from 'typeorm';
import { type LedgerAccount } from './posting.js';
import { type Address, type Asset, type ChainId } from '../ids/ids.js';

export interface AddressBalance {
  address: Address;
  /** Null: the native asset. */
  tokenAddress: Asset;
  /** Base units. */
  amount: bigint;
}

export interface AccountBalance {
  account: LedgerAccount;
  tokenAddress: Asset;
  amount: bigint;
}

/** What the books say that addresses hold after a block, whichever account they are of. */
export async function balancesOf(
  manager: EntityManager,
  chainId: ChainId,
  addresses: readonly Address[],
  block: number,
): Promise<AddressBalance[]> {
  const rows = await manager.query<{ address: Address; token_address: Asset; sum: string }[]>(
    `SELECT address, token_address, sum(amount) FROM ledger_entries
     WHERE chain_id = $1 AND address = ANY($2) AND block_number <= $3 GROUP BY address, token_address`,
    [chainId, addresses, block],
  );
  return rows.map(({ address, token_address: tokenAddress, sum }) => ({
    address,
    tokenAddress,
    amount: BigInt(sum),
  }));
}

/** What customers sent of an asset, and what of it was given back. */
export interface CustomerTurnover {
  tokenAddress: Asset;
  /** Base units, both. */
  received: bigint;
  returned: bigint;
}

/** What the books say of customers' money after a block, what reorgs undid left out. */
export async function customerTurnover(
  manager: EntityManager,
  chainId: ChainId,
  block: number,
): Promise<CustomerTurnover[]> {
  const rows = await manager.query<{ token_address: Asset; received: string; returned: string }[]>(
    `SELECT entry.token_address,
       coalesce(-sum(entry.amount) FILTER (WHERE booking.kind = 'deposit'), 0) AS received,
       coalesce(sum(entry.amount) FILTER (WHERE booking.kind = 'refund'), 0) AS returned
     FROM ledger_entries entry JOIN ledger_transactions booking ON booking.id = entry.transaction_id
     WHERE entry.chain_id = $1 AND entry.block_number <= $2 AND entry.account = 'customer'
     GROUP BY entry.token_address`,
    [chainId, block],
  );
  return rows.map(({ token_address: tokenAddress, received, returned }) => ({
    tokenAddress,
    received: BigInt(received),
    returned: BigInt(returned),
  }));
}

/** What the books say of each account after a block. Reads all entries of the chain. */
export async function accountBalances(
  manager: EntityManager,
  chainId: ChainId,
  block: number,
): Promise<AccountBalance[]> {
  const rows = await manager.query<{ account: LedgerAccount; token_address: Asset; sum: string }[]>(
    `SELECT account, token_address, sum(amount) FROM ledger_entries
     WHERE chain_id = $1 AND block_number <= $2 GROUP BY account, token_address`,
    [chainId, block],
  );
  return rows.map(({ account, token_address: tokenAddress, sum }) => ({
    account,
    tokenAddress,
    amount: BigInt(sum),
  }));
}
