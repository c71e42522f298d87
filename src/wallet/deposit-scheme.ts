import { childAddress, type PublicNode } from './bip32.js';
import { type Address } from '../ids/ids.js';

export const DEPOSIT_SCHEME = Symbol('DEPOSIT_SCHEME');

/** A way of giving each payment an address of its own. */
export interface DepositScheme {
  readonly name: 'hd' | 'forwarder';
  /** Null: this index has no address; the next one has. Lower-case hex with 0x. */
  addressAt(index: number): { address: Address; parameters: Record<string, unknown> | null } | null;
}

/** The BIP-32 path of a deposit address, from the wallet's root. */
export function depositPath(index: number): string {
  return `m/44'/60'/0'/0/${index}`;
}

/** One key pair per payment: m/44'/60'/0'/0/{index}. */
export class HdDeposits implements DepositScheme {
  readonly name = 'hd';

  constructor(private readonly node: PublicNode) {}

  addressAt(index: number): ReturnType<DepositScheme['addressAt']> {
    const address = childAddress(this.node, index);
    return address === null ? null : { address, parameters: null };
  }
}
