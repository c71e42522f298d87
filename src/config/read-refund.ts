import { type RefundRules } from './chains.js';
import { baseUnits, isRecord, knownKeys, type ChainsFileEntry, type Path } from './chains-file-entry.js';

/** `refund` of a chain, for its native asset, or of a token. Left out: there are no such limits. */
export function refundRules(entry: ChainsFileEntry, path: Path, given: unknown): { refund?: RefundRules } {
  if (given === undefined) return {};
  if (!isRecord(given)) {
    entry.complain(path, 'must be {minimum, max_per_day}');
    return {};
  }
  knownKeys(entry, path, given, ['minimum', 'max_per_day']);
  const minimum = given.minimum === undefined ? 0n : baseUnits(entry, [...path, 'minimum']);
  if (given.max_per_day === undefined) return { refund: { minimum } };
  const maxPerDay = baseUnits(entry, [...path, 'max_per_day']);
  if (maxPerDay === 0n)
    entry.complain([...path, 'max_per_day'], 'must be above zero; leave it out for no limit');
  return { refund: { minimum, maxPerDay } };
}
