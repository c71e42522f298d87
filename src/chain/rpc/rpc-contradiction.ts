/** Endpoints that name different hashes or times for one height. Which of them is right is not for us to guess. */
export interface Contradiction {
  /** The lowest block they contradict each other about: what is in it or above it may be on the losing fork. */
  from: number;
  /** Each with the time of the block. */
  hashes: { endpoint: string; hash: string }[];
}

type Hashes = { endpoint: string; hash: string | null }[];

/** Below the deepest window that is kept, no difference is looked for. */
const DEEPEST = 1024;

/**
 * The lowest block that endpoints contradict each other about: forks part once, so all above differs, and all below
 * is the same.
 * @param height that all of them have
 * @param agreedOn a height at which they were last seen to agree; below 0 when there is none
 * @returns null when they agree at `height`
 */
export async function firstDifference(
  height: number,
  agreedOn: number,
  hashesAt: (number: number) => Promise<Hashes>,
): Promise<Contradiction | null> {
  const top = differing(await hashesAt(height));
  if (top === null) return null;
  let differs = { from: height, hashes: top };
  // What they agreed on may have been replaced on one of them since, so the search begins from above.
  let agrees = await agreementBelow(height, hashesAt);
  if (agreedOn < height && agreedOn > agrees && differing(await hashesAt(agreedOn)) === null)
    agrees = agreedOn;
  while (differs.from - agrees > 1) {
    const middle = Math.floor((agrees + differs.from) / 2);
    const hashes = differing(await hashesAt(middle));
    if (hashes === null) agrees = middle;
    else differs = { from: middle, hashes };
  }
  return differs;
}

/** Goes down by doubling steps. */
async function agreementBelow(
  height: number,
  hashesAt: (number: number) => Promise<Hashes>,
): Promise<number> {
  const floor = Math.max(0, height - DEEPEST);
  for (let step = 1; height - step > floor; step *= 2) {
    if (differing(await hashesAt(height - step)) === null) return height - step;
  }
  return floor - 1;
}

/** @returns null when all who have the block agree */
function differing(hashes: Hashes): Contradiction['hashes'] | null {
  const known = hashes.filter((entry): entry is Contradiction['hashes'][number] => entry.hash !== null);
  return new Set(known.map(({ hash }) => hash)).size > 1 ? known : null;
}
