import { expect, it } from '@jest/globals';
import { BlockProver } from '../proof/block-prover.js';
import { type RawFullHeader } from '../blocks/raw-block.js';
import { type Rpc, RpcError } from '../rpc/rpc-endpoint.js';
import { toAddress } from '../../ids/ids.js';
import { BalanceProofs } from './balance-proofs.js';

const HEADER = { hash: `0x${'11'.repeat(32)}` } as RawFullHeader;
const ADDRESS = toAddress(`0x${'22'.repeat(20)}`);
const HANGING_MS = 5;

/** It proves nothing, and says that there are 5 wei. */
const withoutProofs: Rpc = {
  call: (method) =>
    method === 'eth_getBalance'
      ? (Promise.resolve(5n) as Promise<never>)
      : Promise.reject(new RpcError('a.example', method, 'outside of the window', { kind: 'no_history' })),
};

function proofsOf(told: string[] = []): BalanceProofs {
  return new BalanceProofs(new BlockProver('full'), (reason) => told.push(reason), HANGING_MS);
}

it('does not wait for an endpoint that hangs once another has no proof', async () => {
  const told: string[] = [];
  const asked = proofsOf(told).first(async (read, isProved) => {
    if (!isProved) return read(withoutProofs, HEADER, ADDRESS);
    await read(withoutProofs, HEADER, ADDRESS).catch(() => undefined);
    // The next one, which never answers.
    return new Promise<bigint>(() => undefined);
  });
  await expect(asked).resolves.toBe(5n);
  expect(told).toEqual([expect.stringContaining('eth_getProof')]);
});

it('takes a proof that comes after all, where nobody is believed meanwhile', async () => {
  let prove = (_balance: bigint): void => undefined;
  const proved = new Promise<bigint>((resolve) => (prove = resolve));
  const asked = proofsOf().first(async (read, isProved) => {
    if (isProved) {
      await read(withoutProofs, HEADER, ADDRESS).catch(() => undefined);
      return proved;
    }
    prove(7n);
    throw new RpcError('b.example', 'balances', 'another is waited for');
  });
  await expect(asked).resolves.toBe(7n);
});
