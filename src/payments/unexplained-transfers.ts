import { type EntityManager, In, IsNull, Not } from 'typeorm';
import { giveRefundsTo } from './refund-facts.js';
import { Transfer } from './transfer.entity.js';
import { type ChainId } from '../ids/ids.js';

export type NewTransfer = Omit<Transfer, 'createdAt' | 'sweptAt'>;

export interface Reconciled {
  /** To be written. */
  rows: NewTransfer[];
  /** Recorded ones that were changed. */
  changed: Pick<Transfer, 'id' | 'paymentId'>[];
}

/**
 * Sees to it that no money counts twice: once as what an address's balance grew by without a known transaction, and once
 * by that transaction, whichever is found first.
 * @param rows what was read of some blocks of one chain
 */
export async function reconcileUnexplained(
  manager: EntityManager,
  chainId: ChainId,
  rows: readonly NewTransfer[],
): Promise<Reconciled> {
  const named = rows.filter(({ txHash }) => txHash !== null);
  const changed = await nameRecorded(
    manager,
    chainId,
    named.filter(({ tokenAddress }) => tokenAddress === null),
  );
  const unnamed = rows.filter(({ txHash }) => txHash === null);
  return { rows: [...named, ...(await withoutRecorded(manager, chainId, unnamed))], changed };
}

/** A transaction that was found takes the place of as much as it explains. @returns what was changed */
async function nameRecorded(
  manager: EntityManager,
  chainId: ChainId,
  named: NewTransfer[],
): Promise<Transfer[]> {
  const changed: Transfer[] = [];
  for (const unexplained of await recordedIn(manager, chainId, named, 'without transaction')) {
    const known = await recordedIn(manager, chainId, [unexplained], 'with transaction');
    const newcomers = named.filter(
      (row) => isSamePlace(row, unexplained) && !known.some((one) => isSameTransfer(row, one)),
    );
    const [first] = newcomers;
    if (!first) continue;
    changed.push(unexplained);
    const rest = unexplained.amount - sum(newcomers);
    const { txHash, ordinal, kind } = first;
    if (rest > 0n) {
      await manager.update(Transfer, unexplained.id, { amount: rest });
    } else {
      // What a reorg took away may have left its name; the money is in this block now.
      const former = await manager.find(Transfer, {
        select: { id: true },
        where: { chainId, txHash: txHash ?? IsNull(), ordinal, kind, state: 'orphaned' },
      });
      const ids = former.map(({ id }) => id);
      await giveRefundsTo(manager, unexplained.id, ids);
      if (ids.length > 0) await manager.delete(Transfer, ids);
      await manager.update(Transfer, unexplained.id, { txHash, ordinal, kind });
    }
  }
  return changed;
}

/** Of what the balance tells, that part which no transaction that we know explains. */
async function withoutRecorded(
  manager: EntityManager,
  chainId: ChainId,
  unnamed: NewTransfer[],
): Promise<NewTransfer[]> {
  const known = await recordedIn(manager, chainId, unnamed, 'with transaction');
  const internal = known.filter(({ kind }) => kind === 'internal');
  return unnamed
    .map((row) => ({
      ...row,
      amount: row.amount - sum(internal.filter((one) => isSamePlace(one, row))),
    }))
    .filter(({ amount }) => amount > 0n);
}

async function recordedIn(
  manager: EntityManager,
  chainId: ChainId,
  rows: readonly Pick<Transfer, 'blockHash' | 'to'>[],
  which: 'with transaction' | 'without transaction',
): Promise<Transfer[]> {
  if (rows.length === 0) return [];
  return manager.find(Transfer, {
    where: {
      chainId,
      blockHash: In([...new Set(rows.map(({ blockHash }) => blockHash))]),
      to: In([...new Set(rows.map(({ to }) => to))]),
      txHash: which === 'with transaction' ? Not(IsNull()) : IsNull(),
      state: 'included',
    },
    order: { blockNumber: 'ASC', id: 'ASC' },
  });
}

type Place = Pick<Transfer, 'blockHash' | 'to'>;

function isSamePlace(one: Place, other: Place): boolean {
  return one.blockHash === other.blockHash && one.to === other.to;
}

type Identity = Pick<Transfer, 'txHash' | 'ordinal' | 'kind'>;

function isSameTransfer(one: Identity, other: Identity): boolean {
  return one.txHash === other.txHash && one.ordinal === other.ordinal && one.kind === other.kind;
}

function sum(transfers: readonly Pick<Transfer, 'amount'>[]): bigint {
  return transfers.reduce((total, { amount }) => total + amount, 0n);
}
