import { createHash } from 'node:crypto';
import { HDNodeWallet, Mnemonic, SigningKey } from 'ethers';
import { type PublicNode } from './bip32.js';

/** BIP-44: purpose 44', coin type 60' (SLIP-44, Ether), account 0', external chain 0. */
export const EXTERNAL_CHAIN = "m/44'/60'/0'/0";
const ACCOUNT_DEPTH = 3;

/** By a digest of what they were derived from: it takes tens of milliseconds, and a process may need one often. */
const known = new Map<string, PublicNode>();

/**
 * The public node m/44'/60'/0'/0 whose children are the deposit addresses. Nothing that could spend leaves this
 * function, also when it is given the mnemonic.
 */
export function depositNode(source: { mnemonic: string } | { xpub: string }): PublicNode {
  const digest = createHash('sha256').update(JSON.stringify(source)).digest('hex');
  const node = known.get(digest) ?? derive(source);
  known.set(digest, node);
  return node;
}

function derive(source: { mnemonic: string } | { xpub: string }): PublicNode {
  if ('mnemonic' in source) {
    return publicNode(HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(source.mnemonic), EXTERNAL_CHAIN));
  }
  const node = HDNodeWallet.fromExtendedKey(source.xpub);
  return publicNode(node.depth === ACCOUNT_DEPTH ? node.deriveChild(0) : node);
}

function publicNode({ publicKey, chainCode }: { publicKey: string; chainCode: string }): PublicNode {
  const point = fromHex(SigningKey.computePublicKey(publicKey, false));
  return { publicKey: fromHex(publicKey), point, chainCode: fromHex(chainCode) };
}

function fromHex(hex: string): Buffer {
  return Buffer.from(hex.slice(2), 'hex');
}
