import { type EventEmitter } from 'node:events';
import { type Socket } from 'node:net';
import pg from 'pg';
import { countDatabaseFailure } from './failure-tally.js';

/**
 * A client whose lost connection never ends the process. Node throws an `error` event that nobody listens to, and pg's
 * pool, TypeORM and BullMQ each leave moments in which nobody does: between "ready" and the listener of whoever asked
 * for the connection, and between the removal of that listener and the end. An error of such a moment is kept for
 * whoever listens next, so that it is not taken for a connection that works.
 */
export class PostgresClient extends pg.Client {
  private unheard: unknown;

  constructor(config?: string | pg.ClientConfig) {
    super(config);
    const query = this.query.bind(this) as (...args: unknown[]) => unknown;
    this.query = ((...args: unknown[]) => this.watched(query, args)) as typeof this.query;
    const connect = this.connect.bind(this) as (...args: unknown[]) => unknown;
    this.connect = ((...args: unknown[]) => this.watched(connect, args)) as typeof this.connect;
    (this as EventEmitter).on('newListener', (event) => {
      if (event === 'error' && this.unheard !== undefined) process.nextTick(() => this.tellUnheard());
    });
  }

  /**
   * A statement that is not answered in time leaves the connection in the middle of something: it is ended, so that
   * nobody is given it again, and waits on it again.
   */
  private readonly onFailure = (error: unknown): void => {
    if (error === null || error === undefined) return;
    countDatabaseFailure(error);
    if ((error as Error).message !== 'Query read timeout') return;
    const { connection } = this as unknown as { connection: { stream: Socket } };
    connection.stream.destroy(new Error('the database did not answer in time'));
  };

  /** pg takes a statement with a callback or gives a promise. */
  private watched(query: (...args: unknown[]) => unknown, args: unknown[]): unknown {
    const callback = args.at(-1);
    if (typeof callback === 'function') {
      const told = (error: unknown, result: unknown) => {
        this.onFailure(error);
        (callback as (error: unknown, result: unknown) => void)(error, result);
      };
      return query(...args.slice(0, -1), told);
    }
    const answer = query(...args);
    if (answer instanceof Promise) answer.catch(this.onFailure);
    return answer;
  }

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (event !== 'error' || this.listenerCount(event) > 0) return super.emit(event, ...args);
    this.unheard = args[0];
    return false;
  }

  private tellUnheard(): void {
    const error = this.unheard;
    this.unheard = undefined;
    if (error !== undefined) this.emit('error', error);
  }
}
