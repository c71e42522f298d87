import { type Problem } from './configuration-error.js';
import { locate } from './locate.js';
import { parseYaml } from './parse-yaml.js';
import { NO_RATES, type RatesConfig } from './rates.js';
import { type PriceableChain, readRates } from './read-rates.js';
import { readText } from './read-text.js';

export interface ReadRates {
  rates: RatesConfig;
  problems: Problem[];
}

/**
 * Reads and checks rates.yaml.
 * @param path null: nothing is priced
 * @param chains those it may name
 */
export function loadRates(path: string | null, chains: readonly PriceableChain[]): ReadRates {
  if (path === null) return { rates: NO_RATES, problems: [] };
  try {
    return parseRates(readText(path), path, chains);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return {
      rates: NO_RATES,
      problems: [{ name: 'RATES_FILE', what: `names ${path}, which cannot be read (${code})` }],
    };
  }
}

/** @param file its name, for the messages */
export function parseRates(content: string, file: string, chains: readonly PriceableChain[]): ReadRates {
  const { document, lines, problems } = parseYaml(content, file);
  if (problems.length > 0) return { rates: NO_RATES, problems };
  const located = locate({ document, lines, file, problems }, [], 'the file', 'pairs');
  return { rates: located === null ? NO_RATES : readRates(located, chains), problems };
}
