import { addLoop, type Loop, removeLoop } from './loops.js';
import { runningMs } from './running-time.js';

/** Runs a task that must never overlap itself, again and again while it has more to do. */
export class Ticker {
  private readonly loop: Loop | null;

  private running: Promise<void> | null = null;
  private stopped = false;
  private isWanted = false;

  /**
   * @param task resolves to whether there is more to do at once; it handles its own errors
   * @param watched by this name and chain health tells how long ago a step ended
   */
  constructor(
    private readonly task: () => Promise<boolean>,
    watched?: { loop: string; chain?: string },
  ) {
    this.loop = watched ? addLoop(watched.loop, watched.chain ?? null) : null;
  }

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
    if (this.loop) removeLoop(this.loop);
  }

  private async runToTheEnd(): Promise<void> {
    let hasMore = true;
    while ((hasMore || this.isWanted) && !this.stopped) {
      this.isWanted = false;
      hasMore = await this.step();
    }
  }

  private async step(): Promise<boolean> {
    const { loop } = this;
    if (!loop) return this.task();
    loop.stepSinceMs = runningMs();
    try {
      return await this.task();
    } finally {
      loop.stepSinceMs = null;
      loop.finishedAtMs = runningMs();
    }
  }
}
