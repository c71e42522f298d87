import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Wallet } from 'ethers';
import { BlockProver } from '../../src/chain/proof/block-prover.js';
import { signerOf } from '../../src/chain/proof/sender.js';
import { block as readBlock } from '../../src/chain/rpc/answers/blocks.js';
import { RpcPool } from '../../src/chain/rpc/rpc-pool.js';
import { blockOf } from '../../src/chain/transfers/movements.js';
import { unseenCredits } from '../../src/chain/transfers/unseen-credit.js';
import { FaultyRpc } from '../harness/faulty-rpc.js';
import { TestChain } from '../harness/test-chain.js';
import { type ReadBalance } from '../../src/chain/transfers/balance-proofs.js';
import { balanceAt } from '../../src/chain/transfers/balances.js';
import { toAddress } from '../../src/ids/ids.js';

let chain: TestChain;
let node: FaultyRpc;
let pool: RpcPool;

beforeAll(async () => {
  chain = await TestChain.start();
  node = await FaultyRpc.start(chain.url);
  pool = new RpcPool([node.url], 31_337, { blockTimeMs: 600_000 });
});
afterAll(async () => {
  pool.close();
  await Promise.all([node.die(), chain.stop()]);
});

interface Told {
  transactions: { from: string }[];
}

const balanceSaid: ReadBalance = (rpc, { hash }, address) => balanceAt(rpc, hash, address);

describe('what reached an address from inside of transactions', () => {
  it('is nothing that a node makes up by naming the address as the sender of what another paid', async () => {
    const shop = toAddress(Wallet.createRandom().address);
    await chain.pay(Wallet.createRandom().address, 1_000n);
    await chain.mine();
    const raw = readBlock(await chain.rpc('eth_getBlockByNumber', ['latest', true]));
    expect(raw.transactions.map(signerOf)).toEqual([chain.payer.toLowerCase()]);
    const others = Array.from({ length: 120 }, () => toAddress(Wallet.createRandom().address));
    const credit = () =>
      pool.fromOneEndpoint(
        (rpc) =>
          unseenCredits(rpc, new BlockProver('full'), balanceSaid, blockOf(raw, []), [shop, ...others]),
        'credit',
      );
    const before = node.count('eth_getBlockByHash');
    const credits = await credit();
    expect(credits).toEqual(new Map([shop, ...others].map((address) => [address, 0n])));
    // The block and its parent once, for however many addresses: anybody may send a wei to each of ours.
    expect(node.count('eth_getBlockByHash') - before).toBe(2);
    node.inject('eth_getBlockByHash', {
      kind: 'answer',
      answer: async (call, ask) => {
        const answer = await ask(call);
        if (!('result' in answer) || call.params[1] !== true) return answer;
        const told = answer.result as Told;
        return {
          result: { ...told, transactions: told.transactions.map((one) => ({ ...one, from: shop })) },
        };
      },
    });
    await expect(credit()).rejects.toThrow(/was not signed by/);
  });
});
