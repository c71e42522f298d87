import { describe, expect, it } from '@jest/globals';
import { AbiCoder, id, Transaction } from 'ethers';
import { type RpcMethod } from '../rpc/methods.js';
import { type Rpc } from '../rpc/rpc-endpoint.js';
import { RpcError } from '../rpc/rpc-error.js';
import { type RpcPool } from '../rpc/rpc-pool.js';
import { UnprovenAnswerError } from '../rpc/unproven-answer.js';
import { DataFees } from './data-fees.js';

const OP = '0x420000000000000000000000000000000000000F';
const SCROLL = '0x5300000000000000000000000000000000000002';
const UNSIGNED = Transaction.from({ type: 2, chainId: 10n, gasLimit: 21_000n }).unsignedSerialized;
const fee = AbiCoder.defaultAbiCoder().encode(['uint256'], [7n]);

/** Endpoints by whether they show the oracle's code. */
function poolOf(hasCode: boolean[]): {
  pool: Pick<RpcPool, 'fromOneEndpoint' | 'fromEveryEndpoint'>;
  asked: RpcMethod[];
} {
  const asked: RpcMethod[] = [];
  const endpoints = hasCode.map((_one, index): Rpc => {
    const call = (method: RpcMethod, [address]: unknown[]) => {
      if (address === SCROLL) return Promise.resolve('0x');
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

  /** Endpoints by what they answer to calls; all of them show code, or one alone does. */
  const answering = (answers: (string | Error)[], oracleAt = OP) => {
    const endpoints = answers.map((answer, place): Rpc => {
      const call = (method: RpcMethod, [address]: unknown[]) =>
        method === 'eth_getCode'
          ? Promise.resolve(place === 0 && address === oracleAt ? '0x60' : '0x')
          : answer instanceof Error
            ? Promise.reject(answer)
            : Promise.resolve(answer);
      return { call } as unknown as Rpc;
    });
    const fromEveryEndpoint = <T>(read: (rpc: Rpc, endpoint: string) => Promise<T>) =>
      Promise.all(endpoints.map((one, place) => read(one, `endpoint ${place}`)));
    return new DataFees({ fromEveryEndpoint });
  };
  const reverted = new RpcError('the node', 'eth_call', 'execution reverted', { kind: 'reverted' });

  it.each<[string, (string | Error)[]]>([
    ['one endpoint makes up an oracle, and for the others there is nothing', [fee, '0x', '0x']],
    ['another contract is there, which refuses', [reverted, reverted]],
    ['another contract is there, which returns nothing', ['0x', '0x']],
  ])('are none, and nobody is at fault, where %s', async (_what, answers) => {
    await expect(answering(answers).of(UNSIGNED)).resolves.toBe(0n);
  });

  it('are what Scroll takes as well, whose oracle knows of no operator, and wants room for a signature', async () => {
    const call = (method: RpcMethod, [asked]: unknown[]) => {
      if (method === 'eth_getCode') return Promise.resolve(asked === SCROLL ? '0x60' : '0x');
      const { to, data } = asked as { to: string; data: string };
      const isKnown = to === SCROLL && data.startsWith(id('getL1Fee(bytes)').slice(0, 10));
      if (isKnown) {
        const [bytes] = AbiCoder.defaultAbiCoder().decode(['bytes'], `0x${data.slice(10)}`);
        expect((bytes as string).startsWith(UNSIGNED)).toBe(true);
        expect(bytes).toHaveLength(UNSIGNED.length + 2 * 72);
      }
      return isKnown ? Promise.resolve(fee) : Promise.reject(reverted);
    };
    const fromEveryEndpoint = async <T>(read: (rpc: Rpc, endpoint: string) => Promise<T>) => [
      await read({ call } as unknown as Rpc, 'one'),
    ];
    await expect(new DataFees({ fromEveryEndpoint }).of(UNSIGNED)).resolves.toBe(7n);
  });

  it('are not read out of what no contract returns: that is no lie either', async () => {
    const broken = answering([fee.slice(0, 42)]).of(UNSIGNED);
    await expect(broken).rejects.toThrow('what it returns is no fee');
    await expect(broken).rejects.not.toBeInstanceOf(UnprovenAnswerError);
  });
});
