import { setImmediate } from 'node:timers/promises';

/** Has pieces of work that each take a while go one by one, and whatever else the process has to do in between. */
export class Turns {
  private last: Promise<void> = Promise.resolve();

  /** Resolves when it is this caller's turn. */
  next(): Promise<void> {
    const turn = this.last.then(() => setImmediate());
    this.last = turn;
    return turn;
  }
}
