import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { type ChainService } from '../chain/chain.service.js';
import { RpcError } from '../chain/rpc/rpc-endpoint.js';
import { type FoundTransaction } from '../chain/reading/transaction.js';
import { toTxHash } from '../ids/ids.js';
import { TransactionSearch } from './transaction-search.js';

const HASH = toTxHash(`0x${'a1'.repeat(32)}`);
const other = (number: number) => toTxHash(`0x${number.toString(16).padStart(64, '0')}`);
const shown: FoundTransaction = { hash: HASH, to: null, included: null };

/** Chains whose nodes answer when they are told to. */
function chainsOf(...names: string[]) {
  const asked: string[] = [];
  const waiting: { name: string; end: (answer: FoundTransaction | null | Error) => void }[] = [];
  const chains = {
    all: () => names.map((name) => ({ name })),
    transaction: (name: string) => {
      asked.push(name);
      return new Promise((resolve, reject) =>
        waiting.push({
          name,
          end: (answer) => (answer instanceof Error ? reject(answer) : resolve(answer)),
        }),
      );
    },
  } as unknown as ChainService;
  const search = new TransactionSearch(chains);
  const find = (offered: string[], hash = HASH, line = 'one') =>
    search.find(hash, { offered, shows: (transaction) => transaction === shown, line });
  const answer = async (name: string, given: FoundTransaction | null | Error) => {
    const first = waiting.findIndex((one) => one.name === name);
    if (first >= 0) waiting.splice(first, 1)[0]?.end(given);
    await setImmediate();
  };
  return { asked, find, answer };
}

describe('TransactionSearch', () => {
  it('answers as soon as a chain that the payment offers shows the money, whoever else is silent', async () => {
    const { find, answer } = chainsOf('slow', 'hung', 'quick');
    const found = find(['hung', 'quick']);
    await answer('quick', shown);
    expect(await found).toEqual({
      best: { chain: { name: 'quick' }, transaction: shown },
      silent: [],
      busy: [],
    });
  });

  it('believes another chain once those that the payment offers have been heard', async () => {
    const { find, answer } = chainsOf('elsewhere', 'offered');
    let isDone = false;
    const found = find(['offered']).finally(() => (isDone = true));
    await answer('elsewhere', shown);
    expect(isDone).toBe(false);
    await answer('offered', null);
    expect((await found).best?.chain).toEqual({ name: 'elsewhere' });
  });

  it('tells which chains did not answer where none has it, and of no use is what moved nothing there', async () => {
    const { find, answer } = chainsOf('a', 'b', 'c');
    const found = find(['a']);
    const idle = { ...shown };
    await answer('a', new RpcError('node', 'eth_getTransactionByHash', 'timed out'));
    await answer('b', idle);
    await answer('c', null);
    expect(await found).toEqual({
      best: { chain: { name: 'b' }, transaction: idle },
      silent: ['a'],
      busy: [],
    });
  });

  it('asks a chain for one transaction once at a time, and for four at the most', async () => {
    const { asked, find, answer } = chainsOf('a');
    const same = [1, 2, 3].map((line) => find([], HASH, `${line}`));
    expect(asked).toEqual(['a']);
    const others = [1, 2, 3, 4, 5].map((number) => find([], other(number)));
    expect(asked).toHaveLength(4);
    await answer('a', null);
    expect(asked).toHaveLength(5);
    for (let turn = 0; turn < 8; turn += 1) await answer('a', null);
    await Promise.all([...same, ...others]);
  });

  it('finds nothing where no chain is served', async () => {
    expect(await chainsOf().find([])).toEqual({ best: null, silent: [], busy: [] });
  });
});
