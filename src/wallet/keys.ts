import {
  type Authorization,
  computeAddress,
  getAddress,
  hashAuthorization,
  hexlify,
  HDNodeWallet,
  Mnemonic,
  randomBytes,
  SigningKey,
  Transaction,
  type TransactionLike,
} from 'ethers';
import { EXTERNAL_CHAIN } from './deposit-node.js';
import { type Address, type ChainId, toAddress, toTxHash, type TxHash } from '../ids/ids.js';

/** Whose key signs: a payment's deposit address by its derivation index, the gas tank, or what pays refunds. */
export type Account =
  { kind: 'deposit'; derivationIndex: number } | { kind: 'gas_tank' } | { kind: 'payout' };

/** There is no key for it here: nothing was signed, and nothing can be. */
export class NoKeyError extends Error {
  constructor(account: Account) {
    super(`this process holds no key of ${nameOf(account)}; ${REMEDY[account.kind]}`);
  }
}

const REMEDY = {
  deposit:
    'with XPUB deposit addresses are swept offline; give MNEMONIC instead of it to have them swept here',
  gas_tank: 'give GAS_TANK_PRIVATE_KEY',
  payout: 'give PAYOUT_PRIVATE_KEY',
} satisfies Record<Account['kind'], string>;

/** A key is there, and is another address's. */
export class WrongKeyError extends Error {
  constructor(account: Account, expected: string, actual: string) {
    super(`the key of ${nameOf(account)} is that of ${actual}, not of ${expected}: nothing was signed`);
  }
}

export interface SignedTransaction {
  /** As it is broadcast, 0x-hex (EIP-2718). */
  raw: string;
  hash: TxHash;
}

/** That an address runs the code of a contract from its nonce on. */
export interface Delegation {
  /** Of that one chain: 0, which is any, is refused. */
  chainId: ChainId;
  delegate: Address;
  nonce: number;
}

export interface KeySources {
  mnemonic: string | null;
  xpub: string | null;
  gasTankPrivateKey: string | null;
  payoutPrivateKey: string | null;
}

/**
 * The one place where private keys are held and sign. With an XPUB it holds none of deposit addresses, and none of the
 * gas tank, which would have nothing to pay for.
 */
export class Keys {
  readonly #mnemonic: Mnemonic | null;
  /** Derived when it is first signed with: tens of milliseconds that a start need not wait for. */
  #external: HDNodeWallet | null = null;
  readonly #single: { gas_tank: SigningKey | null; payout: SigningKey | null };
  /** Of these two, which are asked for in each round: half a millisecond each time. */
  readonly #addresses = new Map<SigningKey, Address>();

  constructor({ mnemonic, xpub, gasTankPrivateKey, payoutPrivateKey }: KeySources) {
    const isHot = mnemonic !== null && xpub === null;
    this.#mnemonic = isHot ? Mnemonic.fromPhrase(mnemonic) : null;
    this.#single = {
      gas_tank: isHot && gasTankPrivateKey !== null ? new SigningKey(gasTankPrivateKey) : null,
      payout: payoutPrivateKey === null ? null : new SigningKey(payoutPrivateKey),
    };
  }

  /** Whether there is a key for it. */
  has(kind: Account['kind']): boolean {
    return kind === 'deposit' ? this.#mnemonic !== null : this.#single[kind] !== null;
  }

  /** Lower-case hex with 0x. @throws NoKeyError */
  addressOf(account: Account): Address {
    const key = this.#keyOf(account);
    if (account.kind === 'deposit') return addressOf(key);
    const known = this.#addresses.get(key) ?? addressOf(key);
    this.#addresses.set(key, known);
    return known;
  }

  /**
   * @param from the address that must have signed, lower-case: what is derived is not trusted to be what was handed out
   * @throws NoKeyError, WrongKeyError
   */
  sign(account: Account, from: Address, transaction: TransactionLike): SignedTransaction {
    const key = this.#keyOf(account);
    const own = addressOf(key);
    if (own !== from) throw new WrongKeyError(account, from, own);
    const unsigned = Transaction.from(transaction);
    unsigned.signature = key.sign(unsigned.unsignedHash);
    return { raw: unsigned.serialized, hash: toTxHash(unsigned.hash as string) };
  }

  /**
   * Lets the code of a contract run at the address, by whoever puts this into a transaction (EIP-7702).
   * @param from as in `sign`
   * @throws NoKeyError, WrongKeyError
   */
  authorize(account: Account, from: Address, request: Delegation): Authorization {
    const key = this.#keyOf(account);
    const own = addressOf(key);
    if (own !== from) throw new WrongKeyError(account, from, own);
    return authorized(key, request);
  }

  #keyOf(account: Account): SigningKey {
    if (account.kind !== 'deposit') {
      const key = this.#single[account.kind];
      if (key === null) throw new NoKeyError(account);
      return key;
    }
    if (this.#mnemonic === null) throw new NoKeyError(account);
    this.#external ??= HDNodeWallet.fromMnemonic(this.#mnemonic, EXTERNAL_CHAIN);
    return this.#external.deriveChild(account.derivationIndex).signingKey;
  }
}

/** A delegation by an address that nobody has: its key is made here, and forgotten. To see whether a chain has EIP-7702. */
export function nobodysDelegation(request: Omit<Delegation, 'nonce'>): {
  address: Address;
  authorization: Authorization;
} {
  const key = new SigningKey(hexlify(randomBytes(32)));
  return { address: addressOf(key), authorization: authorized(key, { ...request, nonce: 0 }) };
}

function authorized(key: SigningKey, { chainId, delegate, nonce }: Delegation): Authorization {
  if (chainId < 1) throw new Error('an authorization for every chain is never signed: give the chain id');
  const request = { chainId: BigInt(chainId), address: getAddress(delegate), nonce: BigInt(nonce) };
  return { ...request, signature: key.sign(hashAuthorization(request)) };
}

function addressOf(key: SigningKey): Address {
  return toAddress(computeAddress(key));
}

function nameOf(account: Account): string {
  if (account.kind === 'deposit') return `deposit address ${account.derivationIndex}`;
  return account.kind === 'gas_tank' ? 'the gas tank' : 'the payout account';
}
