/** As AbortSignal.timeout does it, which browsers have had since 2022 only. */
export async function within<T>(limitMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), limitMs);
  try {
    return await work(stop.signal);
  } finally {
    clearTimeout(timer);
  }
}
