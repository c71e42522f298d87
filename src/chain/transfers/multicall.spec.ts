import { expect, it } from '@jest/globals';
import { AbiCoder } from 'ethers';
import { type Address } from '../../ids/ids.js';
import { type Rpc } from '../rpc/rpc-endpoint.js';
import { aggregate } from './multicall.js';

const call = { target: `0x${'11'.repeat(20)}` as Address, callData: '0x' };
const results = (count: number) =>
  AbiCoder.defaultAbiCoder().encode(
    ['(bool,bytes)[]'],
    [Array.from({ length: count }, () => [true, '0xab'])],
  );

function asked(answer: string) {
  const rpc = { call: () => Promise.resolve(answer) } as unknown as Rpc;
  return aggregate(rpc, '0xb', [call, call]);
}

it('gives what each call returned', async () => {
  expect(await asked(results(2))).toEqual(['0xab', '0xab']);
});

it.each([
  ['nothing', '0x'],
  ['a word', `0x${'0'.repeat(63)}1`],
  ['bytes that are no words', '0xabcdef'],
  ['other results', results(1)],
  ['results that are cut off', results(2).slice(0, -128)],
])(
  'takes %s for another contract at that address, and not for a fault of the endpoint',
  async (_what, answer) => {
    expect(await asked(answer)).toBeNull();
  },
);
