import { describe, expect, it } from '@jest/globals';
import { Transaction, type TransactionLike, Wallet } from 'ethers';
import { type Receipt } from '../chain/accounts/chain-accounts.js';
import { toAddress, toTokenAddress } from '../ids/ids.js';
import { outcomeOf, partsOutcome, whyFailed } from './outcome.js';
import { type OutgoingPart } from './outgoing-part.entity.js';
import { type OutgoingTransaction } from './outgoing-transaction.entity.js';
import { areEmptyOf, emptyTransaction, replacementOf, transactionOf } from './transaction-bytes.js';

const FROM = toAddress(new Wallet(`0x${'11'.repeat(32)}`).address);
const [TO, TOKEN] = ['aa', 'cc'].map((byte) => `0x${byte.repeat(20)}`) as [string, string];
const fees = { maxFeePerGas: 9n, maxPriorityFeePerGas: 1n };
const raw = (transaction: TransactionLike) => Transaction.from(transaction).unsignedSerialized;
const transfer = { recipient: toAddress(TO), amount: 5n, gasLimit: 21_000n, fees };
const of = { chainId: 1, from: FROM, nonce: 3 } as Parameters<typeof emptyTransaction>[0];
const empty = { raw: raw(emptyTransaction(of, 21_000n, fees)), amount: 0n };
const receipt = { succeeded: true, fee: 90n, logs: [] as unknown } as Receipt;

function outgoing(tokenAddress: string | null) {
  const asset = tokenAddress === null ? null : toTokenAddress(tokenAddress);
  return { from: FROM, recipient: TO, tokenAddress: asset, amount: 5n } as OutgoingTransaction;
}

describe('an empty transaction that took the nonce of one that was given up', () => {
  it.each([
    ['native money', null],
    ['a token', TOKEN],
  ])('moved nothing of %s, and is as deep as that has to be', (_what, token) => {
    const row = outgoing(token);
    const outcome = outcomeOf(row, receipt, empty);
    expect(outcome).toMatchObject({ amount: 5n, received: 0n, fee: 90n, succeeded: true });
    expect(whyFailed({ ...row, ...outcome }, empty)).toMatch(/refused for good.*nothing was moved/);
  });

  it('moved nothing of what others share it with', () => {
    const part = { from: TO, recipient: FROM, tokenAddress: TOKEN, amount: 5n } as OutgoingPart;
    const [shown] = partsOutcome(outgoing(null), [part], receipt, empty);
    expect(shown).toMatchObject({
      received: 0n,
      fee: 90n,
      reason: expect.stringContaining('refused for good'),
    });
  });

  it('stays one with a higher fee, and no transfer is taken for one', () => {
    const dearer = raw(replacementOf(empty.raw, { maxFeePerGas: 20n, maxPriorityFeePerGas: 2n }, undefined));
    expect(areEmptyOf(FROM, dearer)).toBe(true);
    const native = raw(transactionOf({ ...transfer, chainId: of.chainId, tokenAddress: null }, 3));
    expect(areEmptyOf(FROM, native)).toBe(false);
    const row = outgoing(null);
    const outcome = outcomeOf(row, receipt, { raw: native, amount: 4n });
    expect(outcome).toMatchObject({ amount: 4n, received: 4n });
    expect(whyFailed({ ...row, ...outcome }, { raw: native })).toBeNull();
  });
});
