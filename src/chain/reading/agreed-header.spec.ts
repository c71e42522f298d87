import { expect, it } from '@jest/globals';
import { BlockProver } from '../proof/block-prover.js';
import { AgreedAnswers, TooFewAnswersError } from '../rpc/agreed-answers.js';
import { type Rpc } from '../rpc/rpc-endpoint.js';
import { RpcError } from '../rpc/rpc-error.js';
import { type Told } from '../rpc/asked-members.js';
import { type RpcPool } from '../rpc/rpc-pool.js';
import { Sources } from '../rpc/sources.js';
import { RpcChainReader } from './chain-reader.js';

const down = new RpcError('b.example', 'eth_getBlockByNumber', 'it is down');
const header = (hash: string) => ({ number: 7, hash, parentHash: '0x06', timestamp: 1 });

/** Endpoints each of which says something of block 7, null as one that does not have it, or fails. */
function aReader(...says: unknown[]) {
  let nowMs = 0;
  const rpc = {
    size: says.length,
    askEach: (read: (rpc: Rpc) => Promise<unknown>) =>
      Promise.all(
        says.map(async (answer, index): Promise<Told<unknown>> => {
          const endpoint = `${index}.example`;
          const call = () => (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer));
          return read({ call } as unknown as Rpc).then(
            (given) => ({ endpoint, answer: given }),
            (failure: RpcError) => ({ endpoint, failure }),
          );
        }),
      ),
  } as unknown as RpcPool;
  const agreed = new AgreedAnswers(rpc, { blockTimeMs: 0, now: () => nowMs });
  const reader = new RpcChainReader(rpc, new BlockProver('full'), new Sources(), 64, undefined, agreed);
  return { header: () => reader.agreedHeader(7), later: (seconds: number) => (nowMs += seconds * 1_000) };
}

it('an old block is what all endpoints name that have it', async () => {
  expect(await aReader(header('0xa'), header('0xa')).header()).toMatchObject({ hash: '0xa' });
  expect(await aReader(header('0xa'), header('0xb')).header()).toBeNull();
  expect(await aReader(header('0xa'), header('0xa'), null).header()).toMatchObject({ hash: '0xa' });
  expect(await aReader(header('0xa')).header()).toMatchObject({ hash: '0xa' });
  expect(await aReader(null).header()).toBeNull();
  expect(await aReader(null, null).header()).toBeNull();
});

it.each([
  ['is down', down],
  ['does not have it', null],
])('an old block is believed of one endpoint only after a minute in which the other %s', async (_, other) => {
  const { header: ask, later } = aReader(header('0xa'), other);
  for (let asked = 0; asked < 2; asked += 1) {
    await expect(ask()).rejects.toThrow(TooFewAnswersError);
    later(30);
  }
  expect(await ask()).toMatchObject({ hash: '0xa' });
});
