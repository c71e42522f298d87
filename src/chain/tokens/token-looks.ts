import { type TokenConfig } from '../../config/chains.js';
import { type TokenFindings } from './check-tokens.js';
import { type TokenProblem } from './token-check.js';

/** What this process knows of a chain's tokens, by their contracts, after all its looks at them. */
export interface TokensKnown extends TokenFindings {
  /** Some look found nothing wrong with them, whatever another did since. */
  wereWell: ReadonlySet<string>;
  /** In service, and found wrong by the last look; since when, ms of running time. */
  doubted: ReadonlyMap<string, number>;
}

export const NOTHING_KNOWN: TokensKnown = {
  problems: new Map(),
  unasked: [],
  wereWell: new Set(),
  doubted: new Map(),
};

/** For so long the word of one endpoint alone, while others are silent, takes no token out of service that was well, ms. */
export const ALONE_MS = 60_000;

/**
 * A look may have been answered by one endpoint alone, which lies, or is syncing and has no contract yet. So a token that
 * was well is out of service only once it is found wrong twice running; and it stays read, since no contract becomes the
 * native asset: blocks that were scanned without it would not be scanned again, and payments in it be lost.
 * @param looked at; those that could not be asked stay as they were
 * @param nowMs of running time: nobody else could speak while we stood still
 */
export function afterLook(
  known: TokensKnown,
  looked: readonly Pick<TokenConfig, 'address'>[],
  { problems: found, unasked }: TokenFindings,
  nowMs: number,
): TokensKnown {
  const problems = new Map(known.problems);
  const wereWell = new Set(known.wereWell);
  const doubted = new Map(known.doubted);
  for (const { address } of looked) {
    if (unasked.includes(address)) continue;
    const problem = found.get(address);
    const sinceMs = doubted.get(address) ?? nowMs;
    const isAlone = problem?.isOfOne === true && nowMs - sinceMs < ALONE_MS;
    const isDoubted = wereWell.has(address) && !problems.has(address) && (isAlone || !doubted.has(address));
    doubted.delete(address);
    problems.delete(address);
    if (problem === undefined) wereWell.add(address);
    else if (isDoubted) doubted.set(address, sinceMs);
    else problems.set(address, wereWell.has(address) ? stillRead(problem) : problem);
  }
  return { problems, unasked, wereWell, doubted };
}

const stillRead = (problem: TokenProblem) => ({ ...problem, isNative: false });
