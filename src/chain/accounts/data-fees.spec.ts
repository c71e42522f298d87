import { describe, expect, it } from '@jest/globals';
import { AbiCoder, Transaction } from 'ethers';
import { type RpcMethod } from '../rpc/methods.js';
import { type Rpc } from '../rpc/rpc-endpoint.js';
import { type RpcPool } from '../rpc/rpc-pool.js';
import { DataFees } from './data-fees.js';

const UNSIGNED = Transaction.from({ type: 2, chainId: 10n, gasLimit: 21_000n }).unsignedSerialized;
const fee = AbiCoder.defaultAbiCoder().encode(['uint256'], [7n]);

/** Endpoints by whether they show the oracle's code. */
function poolOf(hasCode: boolean[]): {
  pool: Pick<RpcPool, 'fromOneEndpoint' | 'fromEveryEndpoint'>;
  asked: RpcMethod[];
} {
  const asked: RpcMethod[] = [];
  const endpoints = hasCode.map((_one, index): Rpc => {
    const call = (method: RpcMethod) => {
      asked.push(method);
      return Promise.resolve(method === 'eth_getCode' ? (hasCode[index] ? '0x60' : '0x') : fee);
    };
    return { call } as unknown as Rpc;
  });
  const pool = {
    fromOneEndpoint: <T>(read: (rpc: Rpc) => Promise<T>) => read(endpoints[0] as Rpc),
    fromEveryEndpoint: <T>(read: (rpc: Rpc, endpoint: string) => Promise<T>) =>
      Promise.all(endpoints.map((one, place) => read(one, `endpoint ${place}`))),
  };
  return { pool, asked };
}

describe('data fees', () => {
  it('are charged where any endpoint shows the oracle, which is asked for its code once an hour', async () => {
    let now = 0;
    const { pool, asked } = poolOf([false, true]);
    const fees = new DataFees(pool, () => now);
    expect([await fees.of(UNSIGNED), await fees.of(UNSIGNED)]).toEqual([14n, 14n]);
    expect(asked.filter((method) => method === 'eth_getCode')).toHaveLength(2);
    now += 3_600_001;
    await fees.of(UNSIGNED);
    expect(asked.filter((method) => method === 'eth_getCode')).toHaveLength(4);
  });

  it('are none where no endpoint shows it, which is looked at again within a minute', async () => {
    let now = 0;
    const hasCode = [false, false];
    const { pool } = poolOf(hasCode);
    const fees = new DataFees(pool, () => now);
    expect(await fees.of(UNSIGNED)).toBe(0n);
    hasCode[0] = true;
    expect(await fees.of(UNSIGNED)).toBe(0n);
    now += 60_001;
    expect(await fees.of(UNSIGNED)).toBe(14n);
  });
});
