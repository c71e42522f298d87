import { describe, expect, it } from '@jest/globals';
import { HDNodeWallet, Mnemonic, SigningKey } from 'ethers';
import fc from 'fast-check';
import { depositNode } from './deposit-node.js';
import { HdDeposits } from './deposit-scheme.js';

const PHRASE = 'legal winner thank year wave sausage worth useful legal winner thank yellow';
const account = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(PHRASE), "m/44'/60'/0'");
const external = account.deriveChild(0);

describe('HdDeposits', () => {
  it('derives the addresses that ethers derives, for the first 300 indices', () => {
    const scheme = new HdDeposits(depositNode({ mnemonic: PHRASE }));
    const neutered = external.neuter();
    for (let index = 0; index < 300; index += 1) {
      const expected = neutered.deriveChild(index).address.toLowerCase();
      if (scheme.addressAt(index)?.address !== expected) throw new Error(`index ${index} is not ${expected}`);
    }
  });

  it('derives the same from the account’s xpub and from its external chain’s as from the mnemonic', () => {
    const fromMnemonic = new HdDeposits(depositNode({ mnemonic: PHRASE }));
    const fromAccount = new HdDeposits(depositNode({ xpub: account.neuter().extendedKey }));
    const fromChain = new HdDeposits(depositNode({ xpub: external.neuter().extendedKey }));
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 31 - 1 }), (index) => {
        const expected = fromMnemonic.addressAt(index);
        expect(fromAccount.addressAt(index)).toEqual(expected);
        expect(fromChain.addressAt(index)).toEqual(expected);
      }),
    );
  });

  it('holds the public node and nothing that could spend, also when made from a mnemonic', () => {
    const { publicKey, chainCode } = external.neuter();
    const point = SigningKey.computePublicKey(publicKey, false);
    const held = { ...new HdDeposits(depositNode({ mnemonic: PHRASE })) };
    expect(held).toStrictEqual({
      name: 'hd',
      node: { publicKey: fromHex(publicKey), point: fromHex(point), chainCode: fromHex(chainCode) },
    });
  });
});

function fromHex(hex: string): Buffer {
  return Buffer.from(hex.slice(2), 'hex');
}
