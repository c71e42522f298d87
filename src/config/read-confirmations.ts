import { type Confirmations, FINALITY_TAGS, type FinalityTag } from './chains.js';
import {
  baseUnits,
  type ChainsFileEntry,
  integer,
  isRecord,
  knownKeys,
  type Path,
} from './chains-file-entry.js';

/** Finality is asked of the chain, for all of it or not at all. */
export function tokenConfirmations(
  entry: ChainsFileEntry,
  path: Path,
  given: unknown,
): { confirmations?: Confirmations } {
  if (given === undefined) return {};
  if (finalityTag(given)) {
    entry.complain(path, `must be a number or tiers; \`${given as string}\` is for the whole chain`);
    return {};
  }
  return { confirmations: confirmations(entry, path, given) };
}

/** A number of blocks, tiers of them by amount, or the chain's own finality by one of its tags. */
export function confirmations(entry: ChainsFileEntry, path: Path, given: unknown): Confirmations {
  const tag = finalityTag(given);
  if (tag) return { kind: 'finality', tag };
  if (!Array.isArray(given)) {
    const blocks = integer(entry, path, given, { min: 1, max: 100_000 });
    return { kind: 'blocks', tiers: [{ upTo: null, blocks }] };
  }
  const tiers = given.map((tier, index) =>
    confirmationTier(entry, [...path, index], tier, index === given.length - 1),
  );
  tiers.forEach(({ upTo, blocks }, index) => {
    const fewest = tiers[index - 1]?.blocks ?? 0;
    if (blocks < fewest)
      entry.complain(
        [...path, index, 'blocks'],
        `must be ${fewest} or more, as the tier before it: larger amounts never wait for fewer blocks`,
      );
    const before = tiers[index - 1]?.upTo;
    if (upTo !== null && before != null && upTo <= before) {
      entry.complain([...path, index, 'up_to'], 'must be above that of the tier before it');
    }
  });
  if (tiers.length === 0) entry.complain(path, 'must have at least one tier: [{blocks: 12}]');
  return { kind: 'blocks', tiers };
}

function finalityTag(given: unknown): FinalityTag | undefined {
  return FINALITY_TAGS.find((tag) => tag === given);
}

function confirmationTier(entry: ChainsFileEntry, path: Path, given: unknown, isLast: boolean) {
  if (!isRecord(given)) {
    entry.complain(path, 'must be a tier such as {up_to: "1000000000000000000", blocks: 3}');
    return { upTo: null, blocks: 1 };
  }
  knownKeys(entry, path, given, ['up_to', 'blocks']);
  const blocks = integer(entry, [...path, 'blocks'], given.blocks, { min: 1, max: 100_000 });
  if (isLast !== (given.up_to === undefined)) {
    entry.complain(
      [...path, 'up_to'],
      isLast
        ? 'must be left out in the last tier, which is for every larger amount'
        : 'is missing; only the last tier is without it',
    );
    return { upTo: null, blocks };
  }
  return { upTo: isLast ? null : baseUnits(entry, [...path, 'up_to']), blocks };
}
