/** The server's time, by what it said last: a customer's own clock may be hours off. */
export class ServerClock {
  private aheadMs = 0;

  /** @param now ISO 8601, as the server wrote it into its answer */
  set(now: string | undefined): void {
    const time = Date.parse(now ?? '');
    if (!Number.isNaN(time)) this.aheadMs = time - Date.now();
  }

  now(): number {
    return Date.now() + this.aheadMs;
  }
}

/** "12:05", "1:02:03" in the digits of the language. */
export function clockText(ms: number, language: string): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  const digits = (index: number) =>
    new Intl.NumberFormat(language, { minimumIntegerDigits: index === 0 ? 1 : 2, useGrouping: false });
  return shown.map((part, index) => digits(index).format(part)).join(':');
}
