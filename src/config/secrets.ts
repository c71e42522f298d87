import {
  decodeBase58,
  getAddress,
  HDNodeWallet,
  isHexString,
  Mnemonic,
  sha256,
  SigningKey,
  toBeHex,
} from 'ethers';
import { ownerless } from './ownerless.js';
import { UnusableValueError } from './unusable-value.error.js';

/** What is wrong with a secret, in words that never repeat it; null when nothing is. */

export function mnemonicProblem(mnemonic: string): string | null {
  if (Mnemonic.isValidMnemonic(mnemonic)) return null;
  return 'is no BIP-39 mnemonic: it takes 12, 15, 18, 21 or 24 English words with a valid checksum; look for a typing error';
}

export function xpubProblem(xpub: string): string | null {
  const node = parseExtendedKey(xpub);
  if (!node) return "is no BIP-32 extended public key; export the xpub of m/44'/60'/0' from your wallet";
  if (!hasItsChecksum(xpub))
    return 'has a typing error: its checksum is wrong; copy it again from your wallet';
  if ('privateKey' in node) return 'is an extended PRIVATE key; give the public one, which starts with xpub';
  if (node.depth === 3 || node.depth === 4) return null;
  return `is at depth ${node.depth}; give the one of the account m/44'/60'/0' (depth 3) or of m/44'/60'/0'/0 (depth 4)`;
}

function parseExtendedKey(text: string): ReturnType<typeof HDNodeWallet.fromExtendedKey> | null {
  try {
    return HDNodeWallet.fromExtendedKey(text);
  } catch {
    return null;
  }
}

/**
 * Whether the checksum of an extended key is right (BIP-32, Base58Check): without it, a typing error is the key of
 * another wallet, whose addresses nobody can ever spend from. ethers 6 does not look at it.
 */
function hasItsChecksum(extendedKey: string): boolean {
  const bytes = Buffer.from(toBeHex(decodeBase58(extendedKey), 82).slice(2), 'hex');
  const digest = Buffer.from(sha256(sha256(bytes.subarray(0, 78))).slice(2), 'hex');
  return digest.subarray(0, 4).equals(bytes.subarray(78));
}

export function treasuryProblem(address: string): string | null {
  try {
    if (getAddress(address) !== address) return `must carry its EIP-55 checksum: ${getAddress(address)}`;
    const lost = ownerless(address.toLowerCase());
    return lost === null ? null : `is ${lost}: money sent there is lost`;
  } catch {
    return 'is no address, or its EIP-55 checksum is wrong; copy it again from your wallet';
  }
}

export function privateKeyProblem(key: string): string | null {
  try {
    if (isHexString(key, 32)) return SigningKey.computePublicKey(key) ? null : '';
  } catch {
    // Zero and what is above the curve's order are 32 bytes and no key.
  }
  return 'must be a private key: 0x and 64 hex digits';
}

/** Standard Webhooks: `whsec_` and base64 of 24–64 bytes. Any other text is used as it is. */
export function webhookSecretProblem(secret: string): string | null {
  if (!secret.startsWith('whsec_')) return null;
  const bytes = base64Bytes(secret.slice('whsec_'.length));
  if (bytes && bytes.length >= 24 && bytes.length <= 64) return null;
  return 'starts with whsec_, so base64 of 24 to 64 bytes must follow; make one with: echo whsec_$(openssl rand -base64 32)';
}

/** How many bytes a webhook secret brings: those of the base64 after `whsec_`, else those of its UTF-8. */
export function webhookSecretBytes(secret: string): number {
  if (!secret.startsWith('whsec_')) return Buffer.byteLength(secret);
  return base64Bytes(secret.slice('whsec_'.length))?.length ?? 0;
}

export interface EncryptionKey {
  id: string;
  key: Buffer;
}

const KEY_HINT = 'write 32 bytes in base64, made with: openssl rand -base64 32';

/** @throws UnusableValueError, which does not repeat the key */
export function parseEncryptionKeys(text: string): EncryptionKey[] {
  const keys = text.split(',').map((part) => parseEncryptionKey(part.trim()));
  if (new Set(keys.map(({ id }) => id)).size < keys.length)
    throw new UnusableValueError('names the same key id twice');
  return keys;
}

function parseEncryptionKey(part: string): EncryptionKey {
  const separator = part.indexOf(':');
  const id = separator < 0 ? 'default' : part.slice(0, separator);
  const key = base64Bytes(part.slice(separator + 1));
  if (!/^[\w-]{1,32}$/.test(id))
    throw new UnusableValueError('has a key id that is not 1 to 32 letters, digits, - or _');
  if (key?.length !== 32) throw new UnusableValueError(`holds a key that is not 32 bytes; ${KEY_HINT}`);
  return { id, key };
}

export function encryptionKeysProblem(text: string): string | null {
  try {
    parseEncryptionKeys(text);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

function base64Bytes(text: string): Buffer | null {
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : null;
}
