import { describe, it } from '@jest/globals';
import { HDNodeWallet, Mnemonic } from 'ethers';
import { depositNode } from '../../src/wallet/deposit-node.js';
import { HdDeposits } from '../../src/wallet/deposit-scheme.js';
import { TEST_MNEMONIC } from '../harness/app.js';

describe('HdDeposits', () => {
  it('derives the addresses that ethers derives, for the first 10,000 indices', () => {
    const account = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(TEST_MNEMONIC), "m/44'/60'/0'");
    const scheme = new HdDeposits(depositNode({ mnemonic: TEST_MNEMONIC }));
    const neutered = account.deriveChild(0).neuter();
    for (let index = 0; index < 10_000; index += 1) {
      const expected = neutered.deriveChild(index).address.toLowerCase();
      if (scheme.addressAt(index)?.address !== expected) throw new Error(`index ${index} is not ${expected}`);
    }
  });
});
