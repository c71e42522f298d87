import { describe, expect, it } from '@jest/globals';
import { readAnswer, type RpcMethod } from '../rpc/methods.js';
import { MethodNotFoundError, type Rpc } from '../rpc/rpc-endpoint.js';
import { type GasQuote, GasQuotes, middleOf, readGasQuote } from './gas-quote.js';

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

  it('is not next to nothing by one word alone: the last blocks and the usual price tell more', async () => {
    const free = { eth_getBlockByNumber: { ...HEAD, baseFeePerGas: '0x7' }, eth_maxPriorityFeePerGas: '0x0' };
    const reward = [['0x3b9aca00'], ['0x0'], ['0x3b9aca00']];
    await expect(readGasQuote(node({ ...free, eth_feeHistory: { reward } }))).resolves.toEqual({
      baseFee: 7n,
      tip: 1_000_000_000n,
    });
    const unpaid = { ...free, eth_feeHistory: { reward: [['0x0'], ['0x1']] } };
    await expect(readGasQuote(node({ ...unpaid, eth_gasPrice: '0x5f5e107' }))).resolves.toEqual({
      baseFee: 7n,
      tip: 100_000_000n,
    });
    await expect(readGasQuote(node(free))).resolves.toEqual({ baseFee: 7n, tip: 0n });
  });

  it.each([undefined, null])('is the usual price alone where the base fee is %s', async (baseFeePerGas) => {
    const rpc = node({ eth_getBlockByNumber: { ...HEAD, baseFeePerGas }, eth_gasPrice: '0x6e' });
    await expect(readGasQuote(rpc)).resolves.toEqual({ baseFee: null, tip: 110n });
  });
});

describe('what several endpoints say of it', () => {
  const quote = (baseFee: bigint | null, tip: bigint): GasQuote => ({ baseFee, tip });
  /** Endpoints whose prices may change, and how often all were asked. */
  function endpoints(...quotes: GasQuote[]) {
    const asked = { all: 0 };
    const rpcOf = ({ baseFee, tip }: GasQuote) =>
      node({
        eth_getBlockByNumber: {
          ...HEAD,
          baseFeePerGas: baseFee === null ? null : `0x${baseFee.toString(16)}`,
        },
        eth_maxPriorityFeePerGas: `0x${tip.toString(16)}`,
        eth_gasPrice: `0x${tip.toString(16)}`,
      });
    const pool = {
      fromOneEndpoint: <T>(read: (rpc: Rpc) => Promise<T>) => read(rpcOf(quotes[0] as GasQuote)),
      fromEveryEndpoint: <T>(read: (rpc: Rpc, endpoint: string) => Promise<T>) => {
        asked.all += 1;
        return Promise.all(quotes.map((one, place) => read(rpcOf(one), `endpoint ${place}`)));
      },
    };
    return { quotes, asked, gas: new GasQuotes(pool) };
  }

  it('is the middle: of two the lower, since too little is raised later, and too much is gone', () => {
    expect(middleOf([quote(100n, 3n), quote(10n ** 18n, 1n)])).toEqual(quote(100n, 1n));
    expect(middleOf([quote(5n, 1n), quote(100n, 10n ** 18n), quote(90n, 2n)])).toEqual(quote(90n, 2n));
    expect(middleOf([quote(null, 7n), quote(100n, 3n)])).toEqual(quote(100n, 3n));
    expect(middleOf([quote(null, 7n), quote(100n, 3n), quote(null, 9n)])).toEqual(quote(null, 7n));
  });

  it('is asked of one while it is near what all said, and of all again where one says much more', async () => {
    const { quotes, asked, gas } = endpoints(quote(100n, 3n), quote(100n, 3n));
    await gas.read();
    quotes[0] = quote(150n, 3n);
    await expect(gas.read()).resolves.toEqual(quote(150n, 3n));
    expect(asked.all).toBe(1);
    quotes[0] = quote(100n, 10n ** 18n);
    await expect(gas.read()).resolves.toEqual(quote(100n, 3n));
    expect(asked.all).toBe(2);
  });

  it('does not creep up: what one said is never what the next is compared with, unless it is less', async () => {
    const { quotes, gas } = endpoints(quote(100n, 0n), quote(100n, 0n));
    for (let price = 100n; price < 10_000n; price += 50n) {
      quotes[0] = quote(price, 0n);
      expect((await gas.read()).baseFee).toBeLessThanOrEqual(200n);
    }
  });
});
