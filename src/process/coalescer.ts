interface Waiting<Input, Output> {
  input: Input;
  resolve: (output: Output) => void;
  reject: (error: Error) => void;
}

/**
 * Turns calls that come at the same time into one: while a batch is under way the next one gathers. A lone call is
 * not held back for company.
 */
export class Coalescer<Input, Output> {
  private waiting: Waiting<Input, Output>[] = [];
  private running = 0;

  /**
   * @param run answers in the order of its inputs
   * @param maxBatch inputs at most in one batch
   * @param maxRunning batches under way at most
   * @param hopelessMs a batch that takes so long to fail fails all that wait: whatever it waited for does not answer, and
   *   those who asked have waited long enough
   */
  constructor(
    private readonly run: (inputs: Input[]) => Promise<Output[]>,
    private readonly maxBatch = 200,
    private readonly maxRunning = 2,
    private readonly hopelessMs = 5_000,
  ) {}

  call(input: Input): Promise<Output> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ input, resolve, reject });
      // Those of this very turn of the event loop go together.
      if (this.running < this.maxRunning) setImmediate(() => this.start());
    });
  }

  private start(): void {
    if (this.waiting.length === 0 || this.running >= this.maxRunning) return;
    const batch = this.waiting.splice(0, this.maxBatch);
    this.running += 1;
    void this.settle(batch).finally(() => {
      this.running -= 1;
      this.start();
    });
  }

  private async settle(batch: Waiting<Input, Output>[]): Promise<void> {
    const begunMs = performance.now();
    try {
      const outputs = await this.run(batch.map(({ input }) => input));
      batch.forEach(({ resolve }, index) => resolve(outputs[index] as Output));
    } catch (error) {
      if (performance.now() - begunMs >= this.hopelessMs) {
        for (const { reject } of [...batch, ...this.waiting.splice(0)]) reject(error as Error);
        return;
      }
      // One that cannot be done must not take the others with it.
      if (batch.length > 1) await Promise.all(batch.map((one) => this.settle([one])));
      else batch[0]?.reject(error as Error);
    }
  }
}
