import { AsyncLocalStorage } from 'node:async_hooks';
import { type DataSource, type EntityManager } from 'typeorm';
import { watchLockOrder } from './lock-order.js';

export class SecondConnectionError extends Error {
  constructor() {
    super(
      'a second connection was asked for inside a transaction: once every connection of the pool does so, all wait ' +
        'for one another. Pass the transaction’s manager on, or read before it begins',
    );
  }
}

/** The part of pg's pool that this is about. */
interface Pool {
  connect: (callback: (error: Error, client?: undefined, release?: () => void) => void) => void;
  idleCount: number;
  totalCount: number;
  options: { max: number };
}

/**
 * The transaction that a chain of calls is inside of. While it is in use, Node 20 calls back for every promise of the
 * process, which makes each of them two to three times as dear: so it is switched off while no transaction is open.
 */
const transactions = new AsyncLocalStorage<{ isOpen: boolean }>();
let openTransactions = 0;
const strict = new WeakSet<DataSource>();

/**
 * Makes it an error to ask a data source's pool for a second connection from inside a transaction.
 * @param isStrict always; else only where it would have to wait, which is where it is dangerous
 * @param isOrderWatched a wrong order of locks is an error as well
 */
export function guardConnections(
  dataSource: DataSource,
  isStrict: boolean,
  isOrderWatched = false,
): DataSource {
  if (isStrict) strict.add(dataSource);
  markTransactions(dataSource.manager, isOrderWatched);
  const pool = (dataSource.driver as unknown as { master: Pool }).master;
  const connect = pool.connect.bind(pool);
  pool.connect = (callback) => {
    const isInside = transactions.getStore()?.isOpen === true;
    const wouldWait = pool.idleCount === 0 && pool.totalCount >= pool.options.max;
    if (isInside && (isStrict || wouldWait)) callback(new SecondConnectionError());
    else connect(callback);
  };
  return dataSource;
}

/** Only of the manager that takes a connection for each transaction; one inside of it is another manager. */
function markTransactions(manager: EntityManager, isOrderWatched: boolean): void {
  const transaction = manager.transaction.bind(manager) as (...args: unknown[]) => Promise<unknown>;
  const marked = (...args: unknown[]) => {
    const inside = (work: (inner: EntityManager) => Promise<unknown>) => (inner: EntityManager) => {
      const endWatch = isOrderWatched && inner.queryRunner ? watchLockOrder(inner.queryRunner) : null;
      return holding(() => work(inner)).finally(() => endWatch?.());
    };
    // The work stands behind the isolation level, where there is one.
    return transaction(...args.map((one) => (typeof one === 'function' ? inside(one as never) : one)));
  };
  manager.transaction = marked;
}

/**
 * As a transaction does, `work` holds a connection, of what reads in one moment: looked after where the data source is
 * strict alone. In production that would make every promise of a busy process dearer, and a reader that did ask for a second
 * connection would be given it, or an error, within the pool's limit on waiting.
 */
export function asHolder<T>(dataSource: DataSource, work: () => Promise<T>): Promise<T> {
  return strict.has(dataSource) ? holding(work) : work();
}

function holding<T>(work: () => Promise<T>): Promise<T> {
  const state = { isOpen: true };
  openTransactions += 1;
  return transactions.run(state, async () => {
    try {
      return await work();
    } finally {
      state.isOpen = false;
      openTransactions -= 1;
      if (openTransactions === 0) transactions.disable();
    }
  });
}
