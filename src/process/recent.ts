/** A value that is read again only once it is older than so many ms; callers that ask meanwhile share it. */
export class Recent<T> {
  private last: { value: Promise<T>; atMs: number } | null = null;

  constructor(
    private readonly maxAgeMs: number,
    private readonly read: () => Promise<T>,
  ) {}

  /** A read that failed is not kept. */
  get(nowMs = performance.now()): Promise<T> {
    if (this.last !== null && nowMs - this.last.atMs < this.maxAgeMs) return this.last.value;
    const last = { value: this.read(), atMs: nowMs };
    this.last = last;
    last.value.catch(() => {
      if (this.last === last) this.last = null;
    });
    return last.value;
  }
}
