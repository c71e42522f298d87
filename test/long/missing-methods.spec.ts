import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MethodNotFoundError } from '../../src/chain/rpc/rpc-endpoint.js';
import { RpcPool } from '../../src/chain/rpc/rpc-pool.js';
import { FaultyRpc } from '../harness/faulty-rpc.js';
import { failure } from '../harness/faulty-rpc-faults.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';

let chain: TestChain;
let node: FaultyRpc;

beforeAll(async () => {
  chain = await TestChain.start();
  node = await FaultyRpc.start(chain.url);
});
afterAll(() => Promise.all([node.die(), chain.stop()]));

describe('the pool', () => {
  it('has a method looked at again that one refusal said was missing', async () => {
    const pool = new RpcPool([node.url], 31_337, { blockTimeMs: 600_000 });
    node.inject('eth_getBlockReceipts', failure(-32601, 'method not found'), 1);
    await expect(pool.call('eth_getBlockReceipts', ['0x1'])).rejects.toThrow(MethodNotFoundError);
    expect(pool.report()[0]?.reason).toBe('it lacks eth_getBlockReceipts');
    await waitFor('it to be asked again', () =>
      pool.call('eth_getBlockReceipts', ['0x1']).then(
        () => true,
        () => false,
      ),
    );
    pool.close();
  });
});
