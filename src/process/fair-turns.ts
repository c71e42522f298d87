import { within } from './within.js';

interface Waiting {
  begin: () => void;
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

  /**
   * @param timeoutMs for waiting and work together
   * @returns what came of the work, or the other value when it took longer; what has not begun by then never does, and what
   *   has keeps its place until it ends
   */
  async within<T>(line: string, timeoutMs: number, work: () => Promise<T>, otherwise: T): Promise<T> {
    const waiting: Waiting = { begin: () => undefined };
    const done = new Promise<T>((resolve, reject) => {
      waiting.begin = () => {
        this.underWay += 1;
        work()
          .finally(() => this.end())
          .then(resolve, reject);
      };
    });
    this.lines.set(line, [...(this.lines.get(line) ?? []), waiting]);
    this.next();
    try {
      return await within(timeoutMs, done, otherwise);
    } finally {
      this.leave(line, waiting);
    }
  }

  private end(): void {
    this.underWay -= 1;
    this.next();
  }

  private next(): void {
    if (this.underWay >= this.atOnce) return;
    const [first] = this.lines;
    if (first === undefined) return;
    const [line, [waiting, ...others]] = first;
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
