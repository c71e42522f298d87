/** Lets a message that repeats itself through at most once in a while. */
export class RepeatedMessage {
  private readonly last = new Map<string, { message: string; atMs: number }>();

  constructor(private readonly everyMs: number) {}

  /** @returns whether to say it: it is new for this subject, or long since it was said */
  isDue(subject: string, message: string, nowMs: number): boolean {
    const last = this.last.get(subject);
    if (last?.message === message && nowMs - last.atMs < this.everyMs) return false;
    this.last.set(subject, { message, atMs: nowMs });
    return true;
  }
}
