/** Runs a task that must never overlap itself, again and again while it has more to do. */
export class Ticker {
  private running: Promise<void> | null = null;
  private stopped = false;
  private isWanted = false;

  /** @param task resolves to whether there is more to do at once; it handles its own errors */
  constructor(private readonly task: () => Promise<boolean>) {}

  /** Starts a run, unless one is under way. */
  run(): void {
    if (this.stopped || this.running) return;
    this.running = this.runToTheEnd().finally(() => (this.running = null));
  }

  /** As `run`; while one is under way, another follows it, because there is news that it may not have seen. */
  runAgain(): void {
    this.isWanted = true;
    this.run();
  }

  /** Starts no more runs, and waits for the one under way to finish what it is at. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  private async runToTheEnd(): Promise<void> {
    let hasMore = true;
    while ((hasMore || this.isWanted) && !this.stopped) {
      this.isWanted = false;
      hasMore = await this.task();
    }
  }
}
