import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { LedgerAccountAddress } from './ledger-account.entity.js';
import { type Address, type Asset, type ChainId, type TokenAddress, type TxHash } from '../ids/ids.js';

/** The operator's addresses that are in the books, and what has to be known to bring one in. */
@Injectable()
export class PayingAccounts {
  /** By address, lower-case. */
  async of(manager: EntityManager, chainId: ChainId): Promise<Map<Address, 'gas_tank' | 'payout'>> {
    const rows = await manager.findBy(LedgerAccountAddress, { chainId });
    return new Map(rows.map(({ address, account }) => [address, account]));
  }

  async add(
    manager: EntityManager,
    { chainId, account, address, openedLater }: Omit<LedgerAccountAddress, 'createdAt'>,
  ): Promise<void> {
    await manager.query(
      `INSERT INTO ledger_accounts AS known (chain_id, account, address, opened_later) VALUES ($1, $2, $3, $4)
       ON CONFLICT (chain_id, address) DO UPDATE SET opened_later =
         ARRAY(SELECT DISTINCT unnest(known.opened_later || excluded.opened_later))`,
      [chainId, account, address, openedLater],
    );
  }

  /** Contracts of the tokens that have openings of their own. */
  async openedLater(manager: EntityManager, chainId: ChainId, address: Address): Promise<TokenAddress[]> {
    const row = await manager.findOneBy(LedgerAccountAddress, { chainId, address });
    return row?.openedLater ?? [];
  }

  /** Whether a transaction from or to the address may be mined and not booked, or booked and no longer mined. */
  async isAnyOnItsWay(manager: EntityManager, chainId: ChainId, address: Address): Promise<boolean> {
    const [row] = await manager.query<{ any: boolean }[]>(
      `SELECT EXISTS (SELECT FROM outgoing_transactions outgoing
         WHERE chain_id = $1 AND (from_address = $2 OR recipient = $2) AND (state IN ('signed','sent')
           OR (state = 'mined' AND NOT EXISTS (SELECT FROM chain_blocks block WHERE block.chain_id = outgoing.chain_id
             AND block.block_number = outgoing.block_number AND block.block_hash = outgoing.block_hash)))) AS any`,
      [chainId, address],
    );
    return row?.any === true;
  }

  /**
   * What transactions of ours were signed to move, themselves or for one of several addresses: who gets which asset by each.
   * @param hashes lower-case
   */
  async ownMovementsAmong(
    manager: EntityManager,
    chainId: ChainId,
    hashes: readonly TxHash[],
  ): Promise<{ txHash: TxHash; tokenAddress: Asset; to: Address }[]> {
    if (hashes.length === 0) return [];
    const rows = await manager.query<{ tx_hash: TxHash; token_address: Asset; recipient: Address }[]>(
      `SELECT attempt.tx_hash, moved.token_address, moved.recipient
       FROM outgoing_attempts attempt CROSS JOIN LATERAL (
         SELECT token_address, recipient FROM outgoing_transactions WHERE id = attempt.outgoing_id
         UNION SELECT token_address, recipient FROM outgoing_parts WHERE outgoing_id = attempt.outgoing_id) moved
       WHERE attempt.chain_id = $1 AND attempt.tx_hash = ANY($2)`,
      [chainId, hashes],
    );
    return rows.map((row) => ({ txHash: row.tx_hash, tokenAddress: row.token_address, to: row.recipient }));
  }
}

/** SQL: which of the addresses in `$1` are in the books as one that pays for our transactions, as `address`; lower-case. */
export const PAYING_AMONG = 'SELECT address FROM ledger_accounts WHERE address = ANY($1::varchar[])';
