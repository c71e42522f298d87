import { getAddress } from 'ethers';
import { isSeq } from 'yaml';
import { type ChainConfig } from './chains.js';
import { ConfigurationError, type Problem } from './configuration-error.js';
import { locate } from './locate.js';
import { parseYaml } from './parse-yaml.js';
import { readChain } from './read-chain.js';
import { readText } from './read-text.js';

/**
 * Reads and checks chains.yaml.
 * @param path null: no chains configured
 * @throws ConfigurationError with every problem there is, each with its line
 */
export function loadChains(path: string | null): ChainConfig[] {
  const { chains, problems } = readChains(path);
  if (problems.length > 0) throw new ConfigurationError(problems);
  return chains;
}

/** As `loadChains`, for a caller that has problems of its own to add. */
export function readChains(path: string | null): { chains: ChainConfig[]; problems: Problem[] } {
  if (path === null) return { chains: [], problems: [] };
  try {
    return parseChains(readText(path), path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return {
      chains: [],
      problems: [{ name: 'CHAINS_FILE', what: `names ${path}, which cannot be read (${code})` }],
    };
  }
}

/** @param file its name, for the messages */
export function parseChains(content: string, file: string): { chains: ChainConfig[]; problems: Problem[] } {
  const { document, lines, problems } = parseYaml(content, file);
  if (problems.length > 0) return { chains: [], problems };
  if (!isSeq(document.contents) || document.contents.items.length === 0) {
    return {
      chains: [],
      problems: [{ name: file, what: 'must be a list of chains: each starts with "- name: …"' }],
    };
  }
  const chains = document.contents.items.flatMap((_item, index) => {
    const located = locate({ document, lines, file, problems }, [index], `entry ${index + 1}`, 'name');
    const chain = located && readChain(located);
    return chain ? [chain] : [];
  });
  problems.push(...doubles(chains, file));
  return { chains, problems };
}

/**
 * Symbols that customers could not tell apart. A token that is not enabled may have that of its successor, since nobody
 * is offered it.
 */
function sameSymbols({ name, native, tokens }: ChainConfig): string[] {
  const symbols = [native.symbol, ...tokens.flatMap(({ enabled, symbol }) => (enabled ? [symbol] : []))];
  const twice = symbols.filter((one, index) => one !== '' && symbols.indexOf(one) < index);
  return [...new Set(twice)].map(
    (symbol) =>
      `chain "${name}" has two assets called ${symbol}, which nobody could tell apart; name one otherwise, as ` +
      `${symbol}.e, with rate: ${symbol} if it is priced alike`,
  );
}

function doubles(chains: ChainConfig[], file: string): Problem[] {
  const problems: Problem[] = [];
  for (const [key, name] of [
    ['name', 'name'],
    ['chainId', 'chain_id'],
  ] as const) {
    const values = chains.map((chain) => chain[key]);
    for (const value of new Set(values.filter((item, index) => item && values.indexOf(item) !== index))) {
      problems.push({ name: file, what: `has two chains with the ${name} ${value}; remove one` });
    }
  }
  for (const chain of chains) {
    const addresses = chain.tokens.map(({ address }) => address);
    for (const address of new Set(addresses.filter((item, index) => addresses.indexOf(item) !== index))) {
      problems.push({
        name: file,
        what: `chain "${chain.name}" lists the token ${getAddress(address)} twice`,
      });
    }
    problems.push(...sameSymbols(chain).map((what) => ({ name: file, what })));
  }
  return problems;
}
