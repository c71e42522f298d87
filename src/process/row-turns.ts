interface Waiting {
  begin: () => void;
}

interface Line {
  underWay: number;
  waiting: Waiting[];
}

export interface RowTurnLimits {
  /** Of one row: one that has it, and one that is next. */
  ofRow: number;
  /** Of all rows together. */
  inAll: number;
  /** Of one row, that may wait. */
  waiting: number;
  /** How long one may. */
  patienceMs: number;
}

/**
 * Lets few at a time go for the same row, and few in all, so that those who would only wait for one another hold no
 * connection meanwhile. Rows take turns: one that everybody wants holds up nobody who wants another.
 */
export class RowTurns {
  /** Those with somebody in them, the one whose turn it is first. */
  private readonly lines = new Map<string, Line>();
  private underWay = 0;

  /** @param tooMany what whoever cannot wait is told */
  constructor(
    private readonly limits: RowTurnLimits,
    private readonly tooMany: () => Error,
  ) {}

  /** @throws what `tooMany` makes: so many wait already, or it was not its turn in time; nothing was begun then */
  async hold<T>(row: string, work: () => Promise<T>): Promise<T> {
    const line = this.lines.get(row) ?? { underWay: 0, waiting: [] };
    this.lines.set(row, line);
    if (line.waiting.length > 0 || !this.isFree(line)) await this.turn(row, line);
    else this.begin(line);
    try {
      return await work();
    } finally {
      line.underWay -= 1;
      this.underWay -= 1;
      this.forget(row, line);
      this.next();
    }
  }

  private turn(row: string, line: Line): Promise<void> {
    if (line.waiting.length >= this.limits.waiting) throw this.tooMany();
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        begin: () => {
          clearTimeout(patience);
          this.begin(line);
          resolve();
        },
      };
      const patience = setTimeout(() => {
        line.waiting = line.waiting.filter((one) => one !== waiting);
        this.forget(row, line);
        reject(this.tooMany());
      }, this.limits.patienceMs);
      line.waiting.push(waiting);
    });
  }

  private isFree(line: Line): boolean {
    return line.underWay < this.limits.ofRow && this.underWay < this.limits.inAll;
  }

  private begin(line: Line): void {
    line.underWay += 1;
    this.underWay += 1;
  }

  /** More than one may be free to go: those whose row was taken are passed over. */
  private next(): void {
    for (const [row, line] of [...this.lines]) {
      if (this.underWay >= this.limits.inAll) return;
      if (line.waiting.length === 0 || !this.isFree(line)) continue;
      // It stands at the end of the rows for its next turn.
      this.lines.delete(row);
      this.lines.set(row, line);
      line.waiting.shift()?.begin();
    }
  }

  private forget(row: string, line: Line): void {
    if (line.underWay === 0 && line.waiting.length === 0 && this.lines.get(row) === line)
      this.lines.delete(row);
  }
}
