import { describe, expect, it } from '@jest/globals';
import { Transaction, Wallet } from 'ethers';
import { type RawTransaction } from '../../chain/blocks/raw-block.js';
import { type OutgoingAttempt } from '../outgoing-attempt.entity.js';
import { type OutgoingTransaction } from '../outgoing-transaction.entity.js';
import { transferData } from '../erc20.js';
import { doesTheSame, transferOf } from './sent-transfer.js';
import { toAddress } from '../../ids/ids.js';

const KEY = new Wallet(`0x${'11'.repeat(32)}`);
const [SOMEBODY, OTHER, TOKEN] = ['aa', 'bb', 'cc'].map((byte) => toAddress(`0x${byte.repeat(20)}`)) as [
  ReturnType<typeof toAddress>,
  ReturnType<typeof toAddress>,
  ReturnType<typeof toAddress>,
];

const mined = (of: Partial<RawTransaction>) =>
  ({ to: SOMEBODY, value: 5n, input: '0x', ...of }) as RawTransaction;

function signed(to: string, value: bigint, data = '0x', isDrain = false) {
  const fees = { maxFeePerGas: 9n, maxPriorityFeePerGas: 1n, gasLimit: 21_000n };
  const transaction = Transaction.from({ type: 2, chainId: 1, nonce: 3, to, value, data, ...fees });
  transaction.signature = KEY.signingKey.sign(transaction.unsignedHash);
  return {
    outgoing: { isDrain, from: toAddress(KEY.address) } as OutgoingTransaction,
    attempts: [{ raw: transaction.serialized } as OutgoingAttempt],
  };
}

describe('what a transaction moves', () => {
  it('is native money, or a token by its transfer', () => {
    expect(transferOf(mined({}))).toEqual({ recipient: SOMEBODY, tokenAddress: null, amount: 5n });
    const input = transferData(OTHER, 7n);
    expect(transferOf(mined({ to: TOKEN, value: 0n, input }))).toEqual({
      recipient: OTHER,
      tokenAddress: TOKEN,
      amount: 7n,
    });
  });

  it('is nothing that we know where it calls something else, makes a contract, or is cut short', () => {
    const input = transferData(OTHER, 7n);
    const odd = [
      { to: null },
      { input: '0x12345678' },
      { to: TOKEN, input },
      { value: 0n, input: input.slice(0, 80) },
    ];
    expect(odd.map((one) => transferOf(mined(one)))).toEqual([null, null, null, null]);
  });
});

describe('bytes that do the same as ours', () => {
  it('go to the same with the same data and value; of what empties an account with any value', () => {
    const data = transferData(OTHER, 7n);
    expect(doesTheSame(mined({}), signed(SOMEBODY, 5n))).toBe(true);
    expect(doesTheSame(mined({ to: TOKEN, value: 0n, input: data }), signed(TOKEN, 0n, data))).toBe(true);
    expect(doesTheSame(mined({ value: 4n }), signed(SOMEBODY, 5n, '0x', true))).toBe(true);
  });

  it('move nothing from the account to itself, where ours was given up', () => {
    const empty = { to: toAddress(KEY.address), value: 0n };
    expect(doesTheSame(mined(empty), signed(SOMEBODY, 5n))).toBe(true);
    expect(doesTheSame(mined({ ...empty, value: 1n }), signed(SOMEBODY, 5n))).toBe(false);
    expect(doesTheSame(mined({ ...empty, input: '0x00' }), signed(SOMEBODY, 5n))).toBe(false);
  });

  it('do not where recipient, data or amount differ', () => {
    expect(doesTheSame(mined({ to: OTHER }), signed(SOMEBODY, 5n))).toBe(false);
    expect(doesTheSame(mined({ value: 4n }), signed(SOMEBODY, 5n))).toBe(false);
    expect(doesTheSame(mined({ value: 0n }), signed(SOMEBODY, 5n, '0x', true))).toBe(false);
    const input = transferData(OTHER, 8n);
    expect(
      doesTheSame(mined({ to: TOKEN, value: 0n, input }), signed(TOKEN, 0n, transferData(OTHER, 7n))),
    ).toBe(false);
    expect(doesTheSame(mined({}), { ...signed(SOMEBODY, 5n), attempts: [] })).toBe(false);
  });
});
