import { type DepositScheme } from './deposit-scheme.js';
import { type ScannedChain } from './deposit-scan.js';
import { type Address } from '../ids/ids.js';

export interface UsedAddress {
  index: number;
  /** Lower-case hex with 0x. */
  address: Address;
  chain: string;
}

/**
 * Which of a wallet's addresses hold something on a chain, or have signed something there.
 * @param from the first derivation index
 * @returns lowest index first
 */
export async function usedAddresses(
  scheme: DepositScheme,
  chain: ScannedChain,
  from: number,
  count: number,
): Promise<UsedAddress[]> {
  const candidates = Array.from({ length: count }, (_, offset) => from + offset).flatMap((index) => {
    const address = scheme.addressAt(index)?.address;
    return address === undefined ? [] : [{ index, address, chain: chain.name }];
  });
  const addresses = candidates.map(({ address }) => address);
  const [balances, signed] = await Promise.all([chain.balances(addresses), chain.haveSigned(addresses)]);
  return candidates.filter(
    (_candidate, position) =>
      signed[position] === true ||
      (balances[position] ?? []).some((balance) => balance !== null && balance > 0n),
  );
}
