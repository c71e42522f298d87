const MAX_REMEMBERED = 20_000;

interface Window {
  count: number;
  since: number;
}

/** How often each of many names came within a window of time that begins when it first comes. Bounded in memory. */
export class Windows {
  /** A map keeps the order of insertion: what began first has the least of its window left, and is forgotten first. */
  private readonly windows = new Map<string, Window>();

  constructor(readonly windowMs: number) {}

  get size(): number {
    return this.windows.size;
  }

  /** @returns how often it came so far, and how many ms of the window are left */
  peek(name: string, nowMs: number): { count: number; leftMs: number } {
    const known = this.windows.get(name);
    if (!known || nowMs - known.since >= this.windowMs) return { count: 0, leftMs: this.windowMs };
    return { count: known.count, leftMs: known.since + this.windowMs - nowMs };
  }

  /** @returns as `peek`, this time included */
  note(name: string, nowMs: number): { count: number; leftMs: number } {
    const known = this.windows.get(name);
    if (!known || nowMs - known.since >= this.windowMs) {
      this.windows.delete(name);
      this.windows.set(name, { count: 1, since: nowMs });
      this.forgetOldest();
      return { count: 1, leftMs: this.windowMs };
    }
    known.count += 1;
    return { count: known.count, leftMs: known.since + this.windowMs - nowMs };
  }

  private forgetOldest(): void {
    if (this.windows.size <= MAX_REMEMBERED) return;
    const [oldest] = this.windows.keys();
    this.windows.delete(oldest as string);
  }
}
