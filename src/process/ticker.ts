/** Runs a task that must never overlap itself, again and again while it has more to do. */
export class Ticker {
  private running: Promise<void> | null = null;
  private stopped = false;

  /** @param task resolves to whether there is more to do at once; it handles its own errors */
  constructor(private readonly task: () => Promise<boolean>) {}

  /** Starts a run, unless one is under way. */
  run(): void {
    if (this.stopped || this.running) return;
    this.running = this.runToTheEnd().finally(() => (this.running = null));
  }

  /** Starts no more runs, and waits for the one under way to finish what it is at. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  private async runToTheEnd(): Promise<void> {
    let hasMore = true;
    while (hasMore && !this.stopped) hasMore = await this.task();
  }
}
