/** Lets so many callers work at once; later ones queue. */
export class Semaphore {
  private readonly line: (() => void)[] = [];

  constructor(private free: number) {}

  /** Waits for a place, and gives it back when the work has ended, however it ends. */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => this.line.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.line.shift();
      if (next) next();
      else this.free += 1;
    }
  }
}
