import { getAddress } from 'ethers';

declare const brand: unique symbol;

/** A type that nothing has by chance: only the functions below make it, from what they have checked. */
type Branded<T, Name extends string> = T & { readonly [brand]: { readonly [name in Name]: true } };

/** 0x + 40 hex digits, lower-case: so that two are the same exactly when they are equal. */
export type Address = Branded<string, 'address'>;

/** The address of a token's contract. */
export type TokenAddress = Address & Branded<string, 'token'>;

/** What is moved on a chain: a token, or the chain's native asset, which is null. */
export type Asset = TokenAddress | null;

/** 0x + 64 hex digits, lower-case; of a transaction, never of a block. */
export type TxHash = Branded<string, 'transaction hash'>;

/** EIP-155. Below 2^53. */
export type ChainId = Branded<number, 'chain id'>;

export class NotAnAddressError extends Error {
  constructor(text: string) {
    super(
      `"${text}" is no address, or its EIP-55 checksum is wrong; copy it again, with 0x and 40 hex digits`,
    );
  }
}

export class NotATxHashError extends Error {
  constructor(text: string) {
    super(`"${text}" is no transaction hash; give 0x and 64 hex digits`);
  }
}

export class NotAChainIdError extends Error {
  constructor(number: number) {
    super(`${number} is no chain id; give a whole number above 0 and below 2^53`);
  }
}

const ADDRESS = /^0x[0-9a-f]{40}$/;
const TX_HASH = /^0x[0-9a-f]{64}$/;

/**
 * @param text in lower case, or with the capitals of its EIP-55 checksum
 * @throws NotAnAddressError for anything else
 */
export function toAddress(text: string): Address {
  if (ADDRESS.test(text)) return text as Address;
  try {
    return getAddress(text).toLowerCase() as Address;
  } catch {
    throw new NotAnAddressError(text);
  }
}

/** @throws NotAnAddressError as `toAddress` does */
export function toTokenAddress(text: string): TokenAddress {
  return toAddress(text) as TokenAddress;
}

/**
 * @param text in any case
 * @throws NotATxHashError
 */
export function toTxHash(text: string): TxHash {
  const lower = text.toLowerCase();
  if (!TX_HASH.test(lower)) throw new NotATxHashError(text);
  return lower as TxHash;
}

/** @throws NotAChainIdError */
export function toChainId(number: number): ChainId {
  if (!Number.isSafeInteger(number) || number <= 0) throw new NotAChainIdError(number);
  return number as ChainId;
}

export const ZERO_ADDRESS = toAddress(`0x${'0'.repeat(40)}`);
