import { nearest } from './nearest.js';

/** Words that others use in names of settings for the one that we use. */
const SAME_WORDS: Readonly<Record<string, readonly string[]>> = {
  DATABASE: ['DB', 'POSTGRES', 'POSTGRESQL', 'PG', 'PGSQL', 'PSQL'],
  URL: [
    'URI',
    'DSN',
    'CONN',
    'CONNECTION',
    'CONNSTR',
    'CONNECTIONSTRING',
    'CONNECTION_STRING',
    'CONNECTION_URL',
    'ENDPOINT',
  ],
  REDIS: ['VALKEY'],
  FILE: ['PATH'],
  DIR: ['DIRECTORY', 'FOLDER'],
  MNEMONIC: [
    'MNEMONICS',
    'SEED_PHRASE',
    'SEED_WORDS',
    'SEEDPHRASE',
    'RECOVERY_PHRASE',
    'WALLET_MNEMONIC',
    'WALLET_SEED',
  ],
  XPUB: ['XPUBKEY', 'XPUB_KEY', 'EXTENDED_PUBLIC_KEY', 'EXT_PUB_KEY', 'WALLET_XPUB', 'MASTER_PUBLIC_KEY'],
  ENCRYPTION: ['ENCRYPT', 'ENC', 'CRYPTO', 'CIPHER'],
  WEBHOOK: ['WEBHOOKS', 'HOOK', 'CALLBACK'],
  PUBLIC: ['EXTERNAL'],
  CHAINS: ['CHAIN', 'NETWORKS', 'NETWORK'],
  RATES: ['RATE', 'PRICES', 'PRICE'],
  TREASURY: ['TREASURE', 'COLD_WALLET'],
  ROLES: ['ROLE'],
};

const CANONICAL = new Map(
  Object.entries(SAME_WORDS).flatMap(([ours, others]) => others.map((other) => [other, ours] as const)),
);
/** Longest first: CONNECTION_STRING before CONNECTION. */
const OTHERS_WORDS = [...CANONICAL.keys()].sort((a, b) => b.length - a.length);

/**
 * The setting whose name was most likely misspelt, or written in other letters.
 * @param wanted names of settings
 * @param most letters that may differ
 * @returns undefined: none
 */
export function misspeltSetting(name: string, wanted: readonly string[], most?: number): string | undefined {
  const inLowerCase = wanted.map((one) => one.toLowerCase());
  const found = nearest(bare(name), inLowerCase, most);
  return found === undefined ? undefined : wanted[inLowerCase.indexOf(found)];
}

/** The setting that others call by this name, as DB_URL and POSTGRES_URI are DATABASE_URL. */
export function settingCalledOtherwise(name: string, wanted: readonly string[]): string | undefined {
  const inOurWords = canonical(bare(name).toUpperCase());
  return wanted.find((one) => canonical(one) === inOurWords);
}

function bare(name: string): string {
  return name.replaceAll('-', '_').replace(/^QUITTANCE_/i, '');
}

/** A name by its words, whatever their order. */
function canonical(name: string): string {
  let words = `_${name}_`;
  for (const other of OTHERS_WORDS) words = words.replace(`_${other}_`, `_${CANONICAL.get(other)}_`);
  return [...new Set(words.split('_').filter((word) => word !== ''))].sort().join('_');
}
