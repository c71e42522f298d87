interface Told {
  message: string;
  atMs: number;
}

/** A subject that has something new to say again and again, as an error with a number in it, is not let flood the log. */
const MOST_MESSAGES = 5;

/**
 * Lets a message that repeats itself through at most once in a while, also where several take turns, as the ways in
 * which one outage shows; and of one subject no more than five in that while.
 */
export class RepeatedMessage {
  private readonly told = new Map<string, Told[]>();

  constructor(private readonly everyMs: number) {}

  /** @returns whether to say it: it is new for this subject, or long since it was said */
  isDue(subject: string, message: string, nowMs: number): boolean {
    const recent = (this.told.get(subject) ?? []).filter(({ atMs }) => nowMs - atMs < this.everyMs);
    this.told.set(subject, recent);
    if (recent.length >= MOST_MESSAGES || recent.some((one) => one.message === message)) return false;
    recent.push({ message, atMs: nowMs });
    return true;
  }
}
