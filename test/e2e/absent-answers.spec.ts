import { afterEach, describe, expect, it } from '@jest/globals';
import { toQuantity, Wallet } from 'ethers';
import { result } from '../harness/faulty-rpc-faults.js';
import { TREASURY } from '../harness/sweep-world.js';
import { askRefund, refundEnds, startRefunding, startWithTwoEndpoints } from '../harness/world-refunds.js';

const ETHER = 10n ** 18n;
let stop: () => Promise<void>;
afterEach(() => stop?.());

describe('a node that shows no receipt', () => {
  it('does not have a paid refund called failed, nor paid again, while another endpoint shows it', async () => {
    const { world, first, second, ...started } = await startWithTwoEndpoints();
    stop = started.stop;
    const payment = await world.paid(ETHER);
    first.inject('eth_getTransactionReceipt', result(null));
    const to = Wallet.createRandom().address;
    await askRefund(world, payment, to, ETHER / 4n);
    expect(await refundEnds(world, payment)).toMatchObject({ state: 'confirmed', failure: null });
    expect(await world.native(to)).toBe(ETHER / 4n);
    expect(second.count('eth_getTransactionReceipt')).toBeGreaterThan(0);
  });
});

describe('a nonce that a node has wrong', () => {
  it.each([
    ['too high', (nonce: number) => nonce + 3],
    ['too low', () => 0],
  ])('%s leaves no gap, and gives none twice', async (_what, wrong) => {
    const world = await startRefunding();
    stop = () => world.stop();
    const [one, two] = [await world.paidToken(5_000_000n), await world.paidToken(6_000_000n)];
    world.node.inject('eth_getTransactionCount', {
      kind: 'answer',
      answer: async (call, ask) => {
        const answer = await ask(call);
        return 'result' in answer ? { result: toQuantity(wrong(Number(answer.result))) } : answer;
      },
    });
    await world.plan();
    await world.settled(one.id);
    await world.settled(two.id);
    const rows = await world.mineUntil('all to be final', async () => {
      const all = await world.outgoing();
      return all.every(({ state }) => state === 'confirmed') && all;
    });
    const own = (from: string) =>
      rows.filter((row) => row.from_address === from).map(({ nonce }) => Number(nonce));
    const tank = rows.find(({ purpose }) => purpose === 'gas')?.from_address as string;
    expect(own(tank).sort()).toEqual([0, 1]);
    expect(own(one.address.toLowerCase())[0]).toBe(0);
    expect(await world.token(TREASURY)).toBe(11_000_000n);
  });
});
