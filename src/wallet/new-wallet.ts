import { randomBytes } from 'node:crypto';
import { HDNodeWallet, Mnemonic } from 'ethers';
import { depositNode } from './deposit-node.js';
import { HdDeposits } from './deposit-scheme.js';
import { firstAddress } from './wallet-source.js';
import { type Address } from '../ids/ids.js';

export interface NewWallet {
  /** BIP-39, English. */
  mnemonic: string;
  /** Of the account m/44'/60'/0'. */
  xpub: string;
  /** What a database knows the wallet by; lower-case hex with 0x. */
  firstAddress: Address;
}

/** Bytes of entropy for so many words (BIP-39). */
const ENTROPY_BYTES = { 12: 16, 24: 32 } as const;
export type MnemonicLength = keyof typeof ENTROPY_BYTES;

/** A wallet that nobody has had before, of the system's randomness. It is kept nowhere. */
export function newWallet(words: MnemonicLength): NewWallet {
  const { phrase } = Mnemonic.fromEntropy(randomBytes(ENTROPY_BYTES[words]));
  const account = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(phrase), "m/44'/60'/0'");
  const { extendedKey: xpub } = account.neuter();
  return { mnemonic: phrase, xpub, firstAddress: firstAddress(new HdDeposits(depositNode({ xpub }))) };
}
