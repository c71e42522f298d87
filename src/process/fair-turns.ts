import { within } from './within.js';

interface Waiting {
  begin: () => unknown;
}

/**
 * Lets so many pieces of work go at once. Whoever waits stands in a line of their own, and the lines take turns: one that is
 * long holds up nobody but those who stand in it.
 */
export class FairTurns {
  /** Those with somebody in them; the one whose turn it is first. */
  private readonly lines = new Map<string, Waiting[]>();
  private underWay = 0;

  constructor(private readonly atOnce: number) {}

  /** How many wait. */
  get waiting(): number {
    return [...this.lines.values()].reduce((sum, line) => sum + line.length, 0);
  }

  /** However long that takes. */
  hold<T>(line: string, work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.join(line, { begin: () => this.begin(work).then(resolve, reject) });
      this.next();
    });
  }

  /**
   * @param timeoutMs for waiting and work together
   * @returns what came of the work, or the other value when it took longer; what has not begun by then never does, and what
   *   has keeps its place until it ends
   */
  async within<T>(line: string, timeoutMs: number, work: () => Promise<T>, otherwise: T): Promise<T> {
    const waiting: Waiting = { begin: () => undefined };
    const done = new Promise<T>((resolve, reject) => {
      waiting.begin = () => void this.begin(work).then(resolve, reject);
    });
    this.join(line, waiting);
    this.next();
    try {
      return await within(timeoutMs, done, otherwise);
    } finally {
      this.leave(line, waiting);
    }
  }

  private join(line: string, waiting: Waiting): void {
    const others = this.lines.get(line);
    if (others) others.push(waiting);
    else this.lines.set(line, [waiting]);
  }

  private async begin<T>(work: () => Promise<T>): Promise<T> {
    this.underWay += 1;
    try {
      return await work();
    } finally {
      this.underWay -= 1;
      this.next();
    }
  }

  private next(): void {
    if (this.underWay >= this.atOnce) return;
    const [first] = this.lines;
    if (first === undefined) return;
    const [line, others] = first;
    const waiting = others.shift();
    this.lines.delete(line);
    if (others.length > 0) this.lines.set(line, others);
    waiting?.begin();
  }

  private leave(line: string, waiting: Waiting): void {
    const others = (this.lines.get(line) ?? []).filter((one) => one !== waiting);
    if (others.length > 0) this.lines.set(line, others);
    else this.lines.delete(line);
  }
}
