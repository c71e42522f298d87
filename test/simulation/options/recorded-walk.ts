import { type TestDatabase } from '../../harness/database.js';
import { type Random } from '../random.js';

const MINUTE_MS = 60_000;
/** Of what is recorded, and how far ahead of now. */
const EVERY_MINUTES = 4;
const MINUTES = 240;

/**
 * Records what each pair will be worth in the hours to come, as chains that are ahead of the clock ask for it: prices that
 * wander, at times by more than the promised rate may be away, and stretches in which nobody could say.
 * @param begins by pair, as a whole number
 */
export async function recordWalk(
  { dataSource }: TestDatabase,
  random: Random,
  begins: ReadonlyMap<string, bigint>,
): Promise<void> {
  const first = Math.ceil(Date.now() / MINUTE_MS) * MINUTE_MS;
  for (const [pair, start] of begins) {
    let value = start * 10n ** 8n;
    for (let minute = 0; minute < MINUTES; minute += EVERY_MINUTES) {
      value = (value * BigInt(10_000 + random.between(-150, 150))) / 10_000n;
      const isKnown = random.chance(0.9);
      await dataSource.query(
        `INSERT INTO recorded_rates (pair, at, numerator, denominator, code, reason, sources)
         VALUES ($1, $2, $3, $4, $5, $6, '[]') ON CONFLICT DO NOTHING`,
        [
          pair,
          new Date(first + minute * MINUTE_MS),
          ...(isKnown ? [value, 10n ** 8n, null, null] : [null, null, 'no_source', 'nobody could say']),
        ].map((one) => (typeof one === 'bigint' ? one.toString() : one)),
      );
    }
  }
}
