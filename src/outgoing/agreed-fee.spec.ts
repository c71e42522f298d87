import { describe, expect, it } from '@jest/globals';
import { type Receipt } from '../chain/accounts/chain-accounts.js';
import { type TxHash } from '../ids/ids.js';
import { withAgreedFee } from './agreed-fee.js';

const proven: Receipt = {
  txHash: '0x01' as TxHash,
  blockNumber: 7,
  blockHash: '0xb7',
  succeeded: true,
  gasUsed: 21_000,
  effectiveGasPrice: 1n,
  fee: 21_000n,
  logs: [],
};
const noted = { fee: 84_000n, gasUsed: 21_000, effectiveGasPrice: 4n };
const shows = (price: bigint, more: Partial<Receipt> = {}): Receipt => ({
  ...proven,
  effectiveGasPrice: price,
  fee: 21_000n * price,
  ...more,
});
const agreed = (...shown: Receipt[]) => agreedOn(proven, shown);
const agreedOn = async (proof: Receipt, shown: Receipt[]) => {
  const { receipt, isDisputed } = await withAgreedFee(
    { receiptsAnywhere: () => Promise.resolve(shown) },
    proof,
    noted,
  );
  return { price: receipt.effectiveGasPrice, fee: receipt.fee, isDisputed };
};

describe('what a transaction paid', () => {
  it('is what all say', async () => {
    expect(await agreed(shows(3n), shows(3n))).toEqual({ price: 3n, fee: 63_000n, isDisputed: false });
  });

  it('is no single endpoint’s word: of three the middle, of two the lower', async () => {
    const right = { price: 3n, fee: 63_000n, isDisputed: true };
    for (const wrong of [shows(0n), shows(900n), shows(3n, { fee: 5n * 10n ** 20n })]) {
      expect(await agreed(wrong, shows(3n), shows(3n))).toEqual(right);
    }
    expect(await agreed(shows(900n), shows(3n))).toEqual(right);
  });

  it('is what header and transaction prove, however many say something else', async () => {
    const proof = { ...proven, provenPrice: 5n };
    const right = { price: 5n, fee: 105_000n, isDisputed: true };
    expect(await agreedOn(proof, [shows(3n), shows(5n)])).toEqual(right);
    expect(await agreedOn(proof, [shows(3n), shows(3n), shows(5n)])).toEqual(right);
    // What the chain below is paid is under no root.
    const published = [
      shows(5n, { fee: 105_007n }),
      shows(5n, { fee: 105_009n }),
      shows(5n, { fee: 900_000n }),
    ];
    expect(await agreedOn(proof, published)).toEqual({ price: 5n, fee: 105_009n, isDisputed: true });
    // A chain with rules of its own.
    expect(await agreedOn(proof, [shows(3n), shows(4n)])).toEqual({
      price: 3n,
      fee: 63_000n,
      isDisputed: true,
    });
  });

  it('is not read from a receipt of another block, or of other gas', async () => {
    const elsewhere = [shows(9n, { blockHash: '0xc7' }), shows(9n, { gasUsed: 21_001 })];
    expect(await agreed(...elsewhere, shows(3n))).toEqual({ price: 3n, fee: 63_000n, isDisputed: false });
  });

  it('stays as it was noted where no endpoint shows the receipt any more', async () => {
    expect(await agreed()).toEqual({ price: 4n, fee: 84_000n, isDisputed: false });
  });
});
