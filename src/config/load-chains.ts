import { readFileSync } from 'node:fs';
import { getAddress } from 'ethers';
import { type Document, isMap, isSeq, LineCounter, parseDocument } from 'yaml';
import { type ChainConfig } from './chains.js';
import { ConfigurationError, type Problem } from './configuration-error.js';
import { type ChainsFileEntry } from './chains-file-entry.js';
import { readChain } from './read-chain.js';

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
    return parseChains(readFileSync(path, 'utf8'), path);
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
  const lines = new LineCounter();
  const document = parseDocument(content, { lineCounter: lines });
  const problems: Problem[] = document.errors.map((error) => ({
    name: file,
    what: error.message.split('\n')[0] ?? '',
  }));
  if (problems.length > 0) return { chains: [], problems };
  if (!isSeq(document.contents) || document.contents.items.length === 0) {
    return {
      chains: [],
      problems: [{ name: file, what: 'must be a list of chains: each starts with "- name: …"' }],
    };
  }
  const chains = document.contents.items.flatMap((_item, index) => {
    const entry = entryAt(document, lines, file, index, problems);
    return entry ? [readChain(entry)] : [];
  });
  problems.push(...doubles(chains, file));
  return { chains, problems };
}

function entryAt(
  document: Document.Parsed,
  lines: LineCounter,
  file: string,
  index: number,
  problems: Problem[],
): ChainsFileEntry | null {
  const node = document.getIn([index], true);
  if (!isMap(node)) {
    problems.push({
      name: `${file}, entry ${index + 1}`,
      what: 'must be a mapping that starts with "name: …"',
    });
    return null;
  }
  const lineAt = (path: (string | number)[]): number => {
    for (let known = path; known.length > 0; known = known.slice(0, -1)) {
      const found = document.getIn([index, ...known], true) as
        { range?: [number, number, number] } | undefined;
      if (found?.range) return lines.linePos(found.range[0]).line;
    }
    return lines.linePos(node.range?.[0] ?? 0).line;
  };
  return {
    // Big integers would lose digits as JS numbers: amounts are read as they are written.
    value: node.toJS(document) as Record<string, unknown>,
    source: (path) => {
      const found = document.getIn([index, ...path], true) as { source?: string } | undefined;
      return found?.source;
    },
    complain: (path, what) =>
      problems.push({
        name: `${file} line ${lineAt(path)}, ${path.join('.') || `entry ${index + 1}`}`,
        what,
      }),
  };
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
  }
  return problems;
}
