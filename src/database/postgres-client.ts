import { type EventEmitter } from 'node:events';
import pg from 'pg';

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
    (this as EventEmitter).on('newListener', (event) => {
      if (event === 'error' && this.unheard !== undefined) process.nextTick(() => this.tellUnheard());
    });
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
