import { afterEach, expect, it } from '@jest/globals';
import { type RpcEndpoint } from './rpc-endpoint.js';
import { PoolMember } from './rpc-pool-member.js';
import { Standing } from './rpc-standing.js';

const { now: untouched } = Date;
const STANDSTILL_MS = 90_000;

afterEach(() => {
  Date.now = untouched;
});

/** An endpoint with a head that is new when it is asked, whose answer is read after a standstill of ours. */
function readAfterStandstill() {
  const beganMs = 1_700_000_000_000;
  Date.now = () => beganMs;
  const endpoint = {
    label: 'a node',
    circuit: { admits: () => true, state: () => 'closed', release: () => undefined },
    call: (method: string) => {
      if (method === 'eth_chainId') return Promise.resolve(1);
      Date.now = () => beganMs + STANDSTILL_MS;
      return Promise.resolve({ number: 7, hash: '0x07', timestamp: beganMs / 1000 });
    },
  } as unknown as RpcEndpoint;
  const standing = new Standing(450, (sinceMs) => (sinceMs <= beganMs ? STANDSTILL_MS : 0));
  return new PoolMember(endpoint, standing, 1);
}

it('an endpoint that was asked for its head before a standstill of ours is not put aside for what was read after it', async () => {
  const compared = readAfterStandstill();
  await expect(compared.head()).resolves.toMatchObject({ number: 7 });
  expect(compared.isAsideForAge).toBe(false);
  const read = readAfterStandstill();
  await read.read((rpc) => rpc.call('eth_getBlockByNumber', ['latest', false]), 'head');
  expect(read.standing.head?.number).toBe(7);
  expect(read.isAsideForAge).toBe(false);
});
