/** Someone who may give an answer. Whatever goes wrong is an outcome, never thrown. */
export interface Candidate<T> {
  ask: () => Promise<Outcome<T>>;
  /** How long it is waited for before the next one is asked as well, in ms. */
  patienceMs: number;
  /** Told when a later one answered before it had. */
  overtaken: () => void;
}

export type Outcome<T> = { answer: T } | { failure: Error; isFinal?: boolean };

/**
 * Asks one after the other: the next as soon as one fails, or has not answered in the time it usually takes. The first
 * answer counts.
 * @returns the answer, or all the failures, in the order of the candidates
 * @throws a final failure, whoever has it
 */
export async function firstAnswer<T>(
  candidates: readonly Candidate<T>[],
): Promise<{ answer: T } | { failures: Error[] }> {
  const failures = new Map<number, Error>();
  const running = new Map<number, Promise<{ index: number; outcome: Outcome<T> }>>();
  let next = 0;
  const start = () => {
    const index = next++;
    const candidate = candidates[index];
    if (candidate)
      running.set(
        index,
        candidate.ask().then((outcome) => ({ index, outcome })),
      );
  };
  start();
  while (running.size > 0) {
    const newest = candidates[next - 1];
    const done = await soonest(
      [...running.values()],
      next < candidates.length ? newest?.patienceMs : undefined,
    );
    if (done === null) {
      start();
      continue;
    }
    const { index, outcome } = done;
    running.delete(index);
    if ('answer' in outcome) {
      for (const earlier of running.keys()) if (earlier < index) candidates[earlier]?.overtaken();
      return outcome;
    }
    if (outcome.isFinal) throw outcome.failure;
    failures.set(index, outcome.failure);
    if (next < candidates.length) start();
  }
  return { failures: [...failures].sort(([one], [other]) => one - other).map(([, failure]) => failure) };
}

/** @param ms undefined: however long it takes. @returns null when it was too long */
async function soonest<T>(promises: readonly Promise<T>[], ms: number | undefined): Promise<T | null> {
  if (ms === undefined) return Promise.race(promises);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), ms)));
  try {
    return await Promise.race([...promises, late]);
  } finally {
    clearTimeout(timer);
  }
}
