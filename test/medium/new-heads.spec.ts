import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { NewHeads } from '../../src/chain/rpc/new-heads.js';
import { FaultyRpc } from '../harness/faulty-rpc.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';
import { toChainId } from '../../src/ids/ids.js';

let chain: TestChain;
let first: FaultyRpc;
let second: FaultyRpc;
let newHeads: NewHeads;
let hints: number;
let states: [string, boolean][];
let silentAtLeastMs: number;

beforeAll(async () => {
  chain = await TestChain.start();
});
afterAll(() => chain.stop());
beforeEach(async () => {
  first = await FaultyRpc.start(chain.url);
  second = await FaultyRpc.start(chain.url);
  hints = 0;
  states = [];
  silentAtLeastMs = 30_000;
});
afterEach(async () => {
  newHeads.stop();
  await Promise.all([first.die(), second.die()]);
});

function listenTo(...proxies: Pick<FaultyRpc, 'wsUrl'>[]): void {
  newHeads = new NewHeads(
    proxies.map(({ wsUrl }) => `${wsUrl}/v2/secret-key`),
    {
      chainId: toChainId(31_337),
      blockTimeMs: 50,
      firstWaitMs: 20,
      silentAtLeastMs,
      onHint: () => hints++,
      onState: (...state) => states.push(state),
    },
  );
  newHeads.start();
}

const host = (proxy: FaultyRpc) => new URL(proxy.url).host;
const told = (proxy: FaultyRpc, isConnected: boolean) =>
  waitFor(`${isConnected ? 'connected' : 'cut'}`, () => {
    const last = states.at(-1);
    return last?.[0] === host(proxy) && last[1] === isConnected;
  });
const hinted = async () => {
  const before = hints;
  await chain.mine();
  await waitFor('a hint', () => hints > before);
};

describe('newHeads', () => {
  it('hints at each new block, and again after the connection was cut and the node was away', async () => {
    listenTo(first);
    await told(first, true);
    await hinted();
    await first.die();
    await told(first, false);
    await first.revive();
    await told(first, true);
    await hinted();
    expect(JSON.stringify(states)).not.toContain('secret-key');
  });

  it('goes over to the next endpoint', async () => {
    await first.die();
    listenTo(first, second);
    await told(second, true);
    await hinted();
  });

  it('goes over to the next endpoint from one that takes the connection and says nothing', async () => {
    const sockets: Socket[] = [];
    const mute = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    silentAtLeastMs = 1;
    listenTo({ wsUrl: `ws://127.0.0.1:${(mute.address() as AddressInfo).port}` }, second);
    await told(second, true);
    expect(sockets).toHaveLength(1);
    sockets.forEach((socket) => socket.destroy());
    mute.close();
  });

  it('stays away once it is stopped', async () => {
    listenTo(first);
    await told(first, true);
    newHeads.stop();
    await told(first, false);
    await waitFor('no connection left', () => first.webSockets === 0);
  });
});
