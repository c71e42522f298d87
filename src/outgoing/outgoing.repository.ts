import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager, In, IsNull, MoreThan, Not } from 'typeorm';
import { isInScannedChain } from '../chain/position/scanned-rows.js';
import { OutgoingAttempt } from './outgoing-attempt.entity.js';
import { OutgoingPart } from './outgoing-part.entity.js';
import { OutgoingTransaction } from './outgoing-transaction.entity.js';
import { LEAST_REMEMBERED } from '../scanner/window.js';
import { holdUntilCommit } from '../database/transaction-lock.js';
import { type Address, type Asset, type ChainId, type TxHash } from '../ids/ids.js';

/** An outgoing transaction and what was signed for it, the first first. */
export interface OutgoingRecord {
  outgoing: OutgoingTransaction;
  attempts: OutgoingAttempt[];
  /** In their order; none where it moves what is its own. */
  parts: OutgoingPart[];
}

/** Not final yet. */
export const OPEN = In(['signed', 'sent', 'mined']);

/**
 * Of rows `outgoing`: they are not done yet, or in a block that is not part of the scanned chain, so that what nodes say
 * of the last block scanned does not show them.
 */
export const NOT_SCANNED = `(outgoing.state IN ('signed','sent')
  OR outgoing.state = 'mined' AND NOT ${isInScannedChain('outgoing')})`;

@Injectable()
export class OutgoingRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Those that are not final, by address and nonce. */
  async open(chainId: ChainId): Promise<OutgoingRecord[]> {
    const rows = await this.dataSource.manager.find(OutgoingTransaction, {
      where: { chainId, state: OPEN },
      order: { from: 'ASC', nonce: 'ASC' },
    });
    const [attempts, parts] = await Promise.all([this.attemptsOf(rows), this.partsOf(rows)]);
    return rows.map((outgoing) => ({
      outgoing,
      attempts: attempts.filter(({ outgoingId }) => outgoingId === outgoing.id),
      parts: parts.filter(({ outgoingId }) => outgoingId === outgoing.id),
    }));
  }

  get(id: string): Promise<OutgoingTransaction> {
    return this.dataSource.manager.findOneByOrFail(OutgoingTransaction, { id });
  }

  /** Contracts that an address made or is making, the last first. */
  deployments(chainId: ChainId, from: Address): Promise<OutgoingTransaction[]> {
    return this.dataSource.manager.find(OutgoingTransaction, {
      where: { chainId, from, purpose: 'deploy', state: Not('failed') },
      order: { id: 'DESC' },
    });
  }

  async partsOf(
    rows: readonly Pick<OutgoingTransaction, 'id'>[],
    manager = this.dataSource.manager,
  ): Promise<OutgoingPart[]> {
    if (rows.length === 0) return [];
    return manager.find(OutgoingPart, {
      where: { outgoingId: In(rows.map(({ id }) => id)) },
      order: { outgoingId: 'ASC', position: 'ASC' },
    });
  }

  async attemptsOf(rows: readonly Pick<OutgoingTransaction, 'id'>[]): Promise<OutgoingAttempt[]> {
    if (rows.length === 0) return [];
    return this.dataSource.manager.find(OutgoingAttempt, {
      where: { outgoingId: In(rows.map(({ id }) => id)) },
      order: { ordinal: 'ASC' },
    });
  }

  /**
   * Those that were final in blocks above one, and those not final that were signed further above it than any window goes;
   * holds them until the transaction ends.
   */
  lockAbove(manager: EntityManager, chainId: ChainId, block: number): Promise<OutgoingTransaction[]> {
    return manager.find(OutgoingTransaction, {
      where: [
        { chainId, blockNumber: MoreThan(block), finishedAt: Not(IsNull()) },
        { chainId, state: OPEN, signedAfterBlock: MoreThan(block + LEAST_REMEMBERED) },
      ],
      order: { id: 'ASC' },
      lock: { mode: 'for_no_key_update' },
    });
  }

  /** The chain was scanned again from this block on: what was signed may be mined right above it. */
  async lowerSigned(
    manager: EntityManager,
    rows: readonly OutgoingTransaction[],
    block: number,
  ): Promise<void> {
    const far = rows.filter(({ signedAfterBlock: after }) => (after ?? 0) > block + LEAST_REMEMBERED);
    if (far.length === 0) return;
    const ids = far.map(({ id }) => id);
    await manager.update(OutgoingTransaction, { id: In(ids) }, { signedAfterBlock: block });
    for (const row of far) row.signedAfterBlock = block;
  }

  /**
   * Wei that a sweep or refund has cost: its transfer, of a batch its share, and the gas sent for it; not what brought
   * gas back.
   */
  async feeOf(manager: EntityManager, subjectId: string): Promise<bigint> {
    const own = await manager.findBy(OutgoingTransaction, { subjectId, purpose: Not('gas_return') });
    const shares = await manager.findBy(OutgoingPart, { subjectId });
    return [...own, ...shares].reduce((sum, { fee }) => sum + (fee ?? 0n), 0n);
  }

  /** Whether an address was sent gas for a sweep or refund. */
  wasSentGas(manager: EntityManager, subjectId: string): Promise<boolean> {
    return manager.existsBy(OutgoingTransaction, { subjectId, purpose: 'gas' });
  }

  /** Base units of an asset that an address has signed away, and which are still in its balance after the last block scanned. */
  async promisedBy(
    manager: EntityManager,
    chainId: ChainId,
    from: Address,
    tokenAddress: Asset,
  ): Promise<bigint> {
    const [row] = await manager.query<{ sum: string }[]>(
      `SELECT coalesce(sum(amount), 0) AS sum FROM outgoing_transactions outgoing
       WHERE chain_id = $1 AND from_address = $2 AND token_address IS NOT DISTINCT FROM $3 AND ${NOT_SCANNED}`,
      [chainId, from, tokenAddress],
    );
    return BigInt(row?.sum ?? 0);
  }

  /** Whether its account has signed others that cannot be mined before it is. */
  isAnyAfter(manager: EntityManager, row: OutgoingTransaction): Promise<boolean> {
    const { chainId, from, nonce } = row;
    return manager.existsBy(OutgoingTransaction, {
      chainId,
      from,
      nonce: MoreThan(nonce),
      state: In(['signed', 'sent']),
    });
  }

  /** Holds the row until the transaction ends. */
  lock(manager: EntityManager, id: string): Promise<OutgoingTransaction> {
    return manager.findOneOrFail(OutgoingTransaction, { where: { id }, lock: { mode: 'for_no_key_update' } });
  }

  /** The nonce after the highest that this address was given here, for an authorization as well; 0: it was given none. */
  async nextNonce(manager: EntityManager, chainId: ChainId, from: Address): Promise<number> {
    const [row] = await manager.query<{ next: string | null }[]>(
      `SELECT greatest(
         (SELECT max(nonce) FROM outgoing_transactions WHERE chain_id = $1 AND from_address = $2),
         (SELECT max(authorization_nonce) FROM outgoing_parts WHERE chain_id = $1 AND from_address = $2)) + 1 AS next`,
      [chainId, from],
    );
    return Number(row?.next ?? 0);
  }

  /**
   * Base units that sweeps of an asset move which were sent since a time, or are about to be: of those that failed,
   * nothing. Far older ones are not looked at, since none is signed so long before it is sent.
   */
  async sweptSince(
    manager: EntityManager,
    chainId: ChainId,
    tokenAddress: Asset,
    since: Date,
  ): Promise<bigint> {
    const [row] = await manager.query<{ sum: string }[]>(
      `SELECT coalesce(sum(CASE WHEN part.outgoing_id IS NULL THEN outgoing.amount ELSE part.amount END), 0) AS sum
       FROM outgoing_transactions outgoing
       LEFT JOIN outgoing_parts part ON part.outgoing_id = outgoing.id
       WHERE outgoing.chain_id = $1 AND purpose = 'sweep'
         AND (CASE WHEN part.outgoing_id IS NULL THEN outgoing.token_address ELSE part.token_address END)
           IS NOT DISTINCT FROM $2
         AND created_at >= $3::timestamptz - interval '7 days' AND coalesce(sent_at, now()) >= $3 AND state <> 'failed'
         AND (part.received > 0 OR part.received IS NULL)`,
      [chainId, tokenAddress, since],
    );
    return BigInt(row?.sum ?? 0);
  }
}

/**
 * Holds an address of ours on a chain until the transaction ends: whoever gives it a nonce, or decides what its money
 * is for, does so alone.
 */
export function holdAddress(manager: EntityManager, chainId: ChainId, address: Address): Promise<void> {
  return holdUntilCommit(manager, `quittance address ${chainId} ${address}`);
}

/**
 * Wei that an account has signed away, gas included, and which are still in its balance after a block: but for data fees,
 * of so many transactions. Amounts of tokens are none of it.
 * @param after number of the block after which the balance was read, a scanned one
 */
export async function weiPromisedBy(
  manager: EntityManager,
  chainId: ChainId,
  from: Address,
  after: number,
): Promise<{ wei: bigint; transactions: bigint }> {
  const [row] = await manager.query<{ sum: string; count: string }[]>(
    `SELECT count(*) AS count, coalesce(sum(attempt.gas_limit * attempt.max_fee_per_gas
       + CASE WHEN outgoing.token_address IS NULL THEN attempt.amount ELSE 0 END), 0) AS sum
     FROM outgoing_transactions outgoing
     CROSS JOIN LATERAL (
       SELECT * FROM outgoing_attempts WHERE outgoing_id = outgoing.id ORDER BY ordinal DESC LIMIT 1) attempt
     WHERE outgoing.chain_id = $1 AND outgoing.from_address = $2
       AND (${NOT_SCANNED} OR outgoing.state IN ('mined','confirmed') AND outgoing.block_number > $3)`,
    [chainId, from, after],
  );
  return { wei: BigInt(row?.sum ?? 0), transactions: BigInt(row?.count ?? 0) };
}

/**
 * What is signed for a subject and not mined may cost whatever the market asks, by the operator's word. The caller holds
 * nothing that comes after these rows. @returns how many
 */
export async function liftShare(manager: EntityManager, subjectId: string): Promise<number> {
  const where = { subjectId, state: In(['signed', 'sent']) };
  const held = await manager.find(OutgoingTransaction, {
    select: { id: true },
    where,
    order: { id: 'ASC' },
    lock: { mode: 'for_no_key_update' },
  });
  if (held.length > 0)
    await manager.update(OutgoingTransaction, { id: In(held.map(({ id }) => id)) }, { mostFee: null });
  return held.length;
}

/** Hashes by the transactions' ids: of what was mined, else of the last bytes signed. */
export async function hashesOf(
  manager: EntityManager,
  outgoingIds: readonly string[],
): Promise<Map<string, string>> {
  if (outgoingIds.length === 0) return new Map();
  const rows = await manager.query<{ id: string; tx_hash: TxHash }[]>(
    `SELECT outgoing.id, coalesce(outgoing.tx_hash, attempt.tx_hash) AS tx_hash
     FROM outgoing_transactions outgoing CROSS JOIN LATERAL (
       SELECT tx_hash FROM outgoing_attempts WHERE outgoing_id = outgoing.id ORDER BY ordinal DESC LIMIT 1) attempt
     WHERE outgoing.id = ANY($1)`,
    [outgoingIds],
  );
  return new Map(rows.map((row) => [row.id, row.tx_hash]));
}

/** The transactions, at most one a chain, that were signed with this hash. */
export async function outgoingIdsOf(manager: EntityManager, txHash: string): Promise<string[]> {
  const rows = await manager.query<{ id: string }[]>(
    'SELECT outgoing_id AS id FROM outgoing_attempts WHERE tx_hash = $1',
    [txHash],
  );
  return rows.map(({ id }) => id);
}
