import { describe, expect, it } from '@jest/globals';
import { readAnswer, type RpcMethod } from '../rpc/methods.js';
import { MethodNotFoundError, type Rpc } from '../rpc/rpc-endpoint.js';
import { readGasQuote } from './gas-quote.js';

const HASH = `0x${'1'.repeat(64)}`;
const HEAD = { number: '0x1', hash: HASH, parentHash: HASH, timestamp: '0x1' };

/** A node that answers these methods, and no other. */
function node(answers: Record<string, unknown>): Rpc {
  const call = (method: RpcMethod, params: unknown[]) =>
    method in answers
      ? Promise.resolve(readAnswer(method, params as never, answers[method]))
      : Promise.reject(new MethodNotFoundError('it', method, 'no', { kind: 'unsupported' }));
  return { call } as unknown as Rpc;
}

const london = { eth_getBlockByNumber: { ...HEAD, baseFeePerGas: '0x64' } };

describe('what gas costs', () => {
  it('is the base fee of the newest block, and the tip that the node names', async () => {
    const rpc = node({ ...london, eth_maxPriorityFeePerGas: '0x3' });
    await expect(readGasQuote(rpc)).resolves.toEqual({ baseFee: 100n, tip: 3n });
  });

  it('has the tip that the last blocks paid, where the node names none', async () => {
    const reward = [['0x1'], ['0x9'], ['0x5']];
    const rpc = node({ ...london, eth_feeHistory: { reward, baseFeePerGas: ['0x64'] } });
    await expect(readGasQuote(rpc)).resolves.toEqual({ baseFee: 100n, tip: 5n });
  });

  it('has what the usual price leaves above the base fee, where the node tells of no history', async () => {
    await expect(readGasQuote(node({ ...london, eth_gasPrice: '0x6e' }))).resolves.toEqual({
      baseFee: 100n,
      tip: 10n,
    });
    await expect(readGasQuote(node({ ...london, eth_gasPrice: '0x10' }))).resolves.toMatchObject({ tip: 0n });
    const empty = node({ ...london, eth_feeHistory: {}, eth_gasPrice: '0x6e' });
    await expect(readGasQuote(empty)).resolves.toMatchObject({ tip: 10n });
  });

  it.each([undefined, null])('is the usual price alone where the base fee is %s', async (baseFeePerGas) => {
    const rpc = node({ eth_getBlockByNumber: { ...HEAD, baseFeePerGas }, eth_gasPrice: '0x6e' });
    await expect(readGasQuote(rpc)).resolves.toEqual({ baseFee: null, tip: 110n });
  });
});
