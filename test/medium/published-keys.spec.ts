import { describe, expect, it } from '@jest/globals';
import { Wallet } from 'ethers';
import { addressesOf } from '../published/addresses.js';
import { isWellKnownAddress, isWellKnownMnemonic, publishedWords } from '../../src/config/published-keys.js';

describe('published wallets', () => {
  const all = publishedWords();

  it('are known by their words, and others are not', () => {
    expect(all.filter((words) => !isWellKnownMnemonic(words.toUpperCase()))).toEqual([]);
    expect(isWellKnownMnemonic(Wallet.createRandom().mnemonic?.phrase ?? '')).toBe(false);
    expect(isWellKnownMnemonic('no words at all')).toBe(false);
  });

  // All of them take seconds: the table is written by the same function.
  it.each([0, 3, all.length - 1])('are known by their addresses: the %d. words', (index) => {
    const addresses = addressesOf(all[index] as string, index);
    expect(addresses.length).toBeGreaterThan(2);
    expect(addresses.filter((one) => !isWellKnownAddress(one))).toEqual([]);
  });
});
