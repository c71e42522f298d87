import { HDNodeWallet, Mnemonic } from 'ethers';

/** What must never be said, by what it is. */
export interface Secrets {
  mnemonics: string[];
  /** Any text: keys, webhook secrets, passwords. */
  texts: string[];
}

/** So many deposit keys of a mnemonic are looked for. */
const DEPOSIT_KEYS = 100;
/** As many words of a mnemonic in a row are as good as the mnemonic is bad from there on. */
const WORDS_IN_A_ROW = 5;
/** Shorter ones would be found by chance. */
const SHORTEST = 12;
/** API keys and webhook secrets as Quittance makes them, whoever they are of. */
const MADE_BY_US = /qk_[\w-]{43}|whsec_[A-Za-z0-9+/]{32,}/;
/** As a start without settings prints its key to whoever started it. */
const DEV_KEY = /^ +(dev key +qk_|curl -s )/;
const KEY_BYTES = /[0-9a-fA-F]{64}/g;

/** @returns the lines in which a secret stands, with what kind of secret, and without it */
export function leaksIn(lines: Iterable<string>, secrets: Secrets): string[] {
  const keys = new Set(secrets.mnemonics.flatMap(privateKeys));
  secrets.texts.filter((text) => /^0x[0-9a-fA-F]{64}$/.test(text)).forEach((text) => keys.add(bare(text)));
  const phrases = secrets.mnemonics.flatMap(windows);
  const texts = secrets.texts.filter((text) => text.length >= SHORTEST);
  const leaks: string[] = [];
  for (const line of lines) {
    const found = kindOf(line, { keys, phrases, texts });
    if (found !== null)
      leaks.push(`${found} in a line of ${line.length} characters that starts: ${line.slice(0, 60)}`);
  }
  return leaks;
}

function kindOf(
  line: string,
  { keys, phrases, texts }: { keys: Set<string>; phrases: string[]; texts: string[] },
): string | null {
  if (phrases.some((phrase) => line.includes(phrase))) return 'words of a mnemonic';
  if ((line.match(KEY_BYTES) ?? []).some((hex) => keys.has(hex.toLowerCase()))) return 'a private key';
  if (texts.some((text) => line.includes(text))) return 'a secret';
  if (MADE_BY_US.test(line) && !DEV_KEY.test(line)) return 'an API key or webhook secret';
  return null;
}

const derived = new Map<string, string[]>();

function privateKeys(phrase: string): string[] {
  const keys = derived.get(phrase) ?? derive(phrase);
  derived.set(phrase, keys);
  return keys;
}

function derive(phrase: string): string[] {
  const mnemonic = Mnemonic.fromPhrase(phrase);
  const account = HDNodeWallet.fromMnemonic(mnemonic, "m/44'/60'/0'");
  const external = account.deriveChild(0);
  const nodes = [HDNodeWallet.fromMnemonic(mnemonic, 'm'), account, external];
  const deposits = Array.from({ length: DEPOSIT_KEYS }, (_, index) => external.deriveChild(index));
  return [...nodes, ...deposits].map(({ privateKey }) => bare(privateKey));
}

function windows(phrase: string): string[] {
  const words = phrase.split(' ');
  return words
    .slice(0, words.length - WORDS_IN_A_ROW + 1)
    .map((_word, first) => words.slice(first, first + WORDS_IN_A_ROW).join(' '));
}

function bare(hex: string): string {
  return hex.slice(2).toLowerCase();
}
