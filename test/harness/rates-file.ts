import { writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { pairName, type RatesConfig } from '../../src/config/rates.js';

/** Writes a rates.yaml of fixed rates, as a process of its own reads it. */
export function writeRatesFile(path: string, { pairs, pegs }: Pick<RatesConfig, 'pairs' | 'pegs'>): void {
  const entries = pairs.map((pair) => [
    pairName(pair),
    pair.sources.map((source) => {
      if (source.kind !== 'fixed') throw new Error(`${pairName(pair)} has a source of kind ${source.kind}`);
      return { fixed: source.value };
    }),
  ]);
  writeFileSync(path, stringify({ pairs: Object.fromEntries(entries) as object, pegs }));
}
