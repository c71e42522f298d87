import { computeAddress, HDNodeWallet } from 'ethers';

/** Of one of the wallets in everybody's test networks so many addresses are in use; of any other the first. */
const OF_TEST_NETWORKS = 3;
const ADDRESSES = 10;

/**
 * Lower-case addresses by which published words are known: of the account's key (m/44'/60'/0') and of what is below it
 * (…/0), which are what an XPUB holds, and of the first accounts.
 * @param index of the words in the list of published ones
 */
export function addressesOf(words: string, index: number): string[] {
  const account = HDNodeWallet.fromPhrase(words, undefined, "m/44'/60'/0'").neuter();
  const receiving = account.deriveChild(0);
  const count = index < OF_TEST_NETWORKS ? ADDRESSES : 1;
  const nodes = [
    account,
    receiving,
    ...Array.from({ length: count }, (_one, at) => receiving.deriveChild(at)),
  ];
  return nodes.map(({ publicKey }) => computeAddress(publicKey).toLowerCase());
}
