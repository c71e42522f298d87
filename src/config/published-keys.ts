import { computeAddress, HDNodeWallet, Mnemonic } from 'ethers';
import { PUBLISHED_ADDRESSES } from './published-addresses.js';

/** Words and keys that everybody has: whatever is sent to their addresses is taken at once. */

/** Of the documentation of EVM tools, and of BIP-39's test vectors as far as `isPattern` does not know them. */
const PUBLISHED = [
  'test test test test test test test test test test test junk',
  'myth like bonus scare over problem client lizard pioneer submit female collect',
  'candy maple cake sugar pudding cream honey rich smooth crumble sweet treat',
  'ozone drill grab fiber curtain grace pudding thank cruise elder eight picnic',
  'scheme spot photo card baby mountain device kick cradle pact join borrow',
  'cat swing flag economy stadium alone churn speed unique patch report train',
  'vessel ladder alter error federal sibling chat ability sun glass valve picture',
  'gravity machine north sort system female filter attitude volume fold club stay feature office ecology stable narrow fog',
  'hamster diagram private dutch cause delay private meat slide toddler razor book happy fancy gospel tennis maple dilemma loan word shrug inflict delay length',
  'horn tenant knee talent sponsor spell gate clip pulse soap slush warm silver nephew swap uncle crack brave',
  'panda eyebrow bullet gorilla call smoke muffin taste mesh discover soft ostrich alcohol speed nation flash devote level hobby quick inner drive ghost inside',
  'light rule cinnamon wrap drastic word pride squirrel upgrade then income fatal apart sustain crack supply proud access',
  'all hour make first leader extend hole alien behind guard gospel lava path output census museum junior mass reopen famous sing advance salt reform',
];

/** Bytes of which a whole wallet is made up in examples: BIP-39's vectors have all four, in 12, 18 and 24 words. */
const PATTERNS = ['00', '7f', '80', 'ff'];
const LENGTHS = [16, 20, 24, 28, 32];

export function isWellKnownMnemonic(mnemonic: string): boolean {
  const words = mnemonic.trim().toLowerCase().replace(/\s+/g, ' ');
  return PUBLISHED.includes(words) || isPattern(words);
}

/** One byte again and again, as all zeros is `abandon … about`: nobody gets that by chance. */
function isPattern(words: string): boolean {
  try {
    return /^0x(..)\1+$/.test(Mnemonic.fromPhrase(words).entropy);
  } catch {
    return false;
  }
}

/** Every wallet that is given away: what the table of addresses is made from. */
export function publishedWords(): string[] {
  const patterns = PATTERNS.flatMap((byte) =>
    LENGTHS.map((bytes) => Mnemonic.fromEntropy(`0x${byte.repeat(bytes)}`).phrase),
  );
  return [...PUBLISHED, ...patterns];
}

/** Whether everybody may have the words of an extended key. @param xpub one that was read as such before */
export function isWellKnownXpub(xpub: string): boolean {
  return isWellKnownAddress(computeAddress(HDNodeWallet.fromExtendedKey(xpub).publicKey));
}

/** Keys up to here are tried by everybody who looks for money that lies about. */
const LARGEST_GUESSED_KEY = 0xffff_ffffn;

/** Whether everybody may have the key of an address. @param address in any case */
export function isWellKnownAddress(address: string): boolean {
  return PUBLISHED_ADDRESSES.has(address.toLowerCase());
}

/** @param key 0x and 64 hex digits */
export function isWellKnownKey(key: string): boolean {
  return BigInt(key) <= LARGEST_GUESSED_KEY || isWellKnownAddress(computeAddress(key));
}
