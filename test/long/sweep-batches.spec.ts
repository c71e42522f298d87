import { afterEach, describe, expect, it } from '@jest/globals';
import { Transaction } from 'ethers';
import { delegationTo } from '../../src/outgoing/delegate/sweep-delegate.js';
import { SweepWorld, TREASURY } from '../harness/sweep-world.js';
import { waitFor } from '../harness/wait-for.js';
import { toAddress } from '../../src/ids/ids.js';

let world: SweepWorld;
afterEach(() => world?.stop());

describe('tokens of several deposit addresses', () => {
  it.each([
    ['takes a fee', 'takes_fee', '990'],
    ['returns nothing', 'returns_nothing', '1000'],
  ] as const)('of a token that %s settle with what arrived', async (_what, way, arrived) => {
    world = await SweepWorld.startBatched();
    const [odd, other] = [await world.paidOdd(1_000n), await world.paidToken(500n)];
    await world.odd.behave(way);
    await world.chain.mine();
    await world.plan();
    expect((await world.settled(odd.id)).sweep?.amount).toBe(arrived);
    await world.settled(other.id);
    expect(await world.batches()).toHaveLength(1);
    expect(await world.token(TREASURY, world.odd.address)).toBe(BigInt(arrived));
    await world.requireProvenBooks();
  });
});

describe('a batch', () => {
  it('whose authorization a stranger used first moves the money all the same', async () => {
    world = await SweepWorld.startBatched();
    const payment = await world.paidToken(1_000n);
    const heal = world.refuseBroadcasts();
    await world.plan();
    const { id } = await world.waitForOutgoing(`state = 'sent' AND reason LIKE '%txpool is full%'`);
    const { authorizationList = [] } = Transaction.from((await world.bytesOf(id))[0]);
    const [{ address, nonce, signature }] = authorizationList as [NonNullable<typeof authorizationList>[0]];
    const { r, s, yParity } = signature;
    await world.chain.rpc('eth_sendTransaction', [
      {
        from: world.chain.payer,
        to: world.chain.payer,
        gas: '0x30d40',
        type: '0x4',
        authorizationList: [
          { chainId: '0x7a69', address, nonce: `0x${nonce.toString(16)}`, r, s, yParity: `0x${yParity}` },
        ],
      },
    ]);
    await world.chain.mine();
    const code = await world.chain.rpc('eth_getCode', [payment.address, 'latest']);
    expect(code).toBe(delegationTo(toAddress(address)));
    heal();
    await world.settled(payment.id);
    expect(await world.token(TREASURY)).toBe(1_000n);
    expect(await world.chain.nonceOf(payment.address)).toBe(1);
    await world.requireProvenBooks();
  });

  it('holds back a refund from its addresses; later one gets its gas, though they run code when they are paid', async () => {
    world = await SweepWorld.startBatched();
    const payment = await world.paidToken(1_000n);
    const heal = world.refuseBroadcasts();
    await world.plan();
    await world.waitForOutgoing(`state = 'sent' AND reason LIKE '%txpool is full%'`);
    await world.chain.payToken(payment.address, 300n);
    await world.chain.mine(3);
    await world.app.waitForBlock(await world.chain.height());
    const refund = { to: world.chain.payer, amount: '200', reason: 'overpaid' };
    const path = `/api/v1/payments/${payment.id}/refunds`;
    expect((await world.app.request('POST', path, refund)).status).toBe(201);
    const refunds = async () =>
      (await world.app.request<{ data: { state: string; waits_for: string | null }[] }>('GET', path)).body
        .data;
    await waitFor('the refund to wait', async () => /on its way/.test((await refunds())[0]?.waits_for ?? ''));
    heal();
    await world.mineUntil('the refund to be final', async () => (await refunds())[0]?.state === 'confirmed');
    expect(await world.token(payment.address)).toBe(100n);
    expect(await world.token(TREASURY)).toBe(1_000n);
    expect((await world.outgoing()).map(({ purpose }) => purpose)).toEqual(
      expect.arrayContaining(['sweep', 'gas', 'refund']),
    );
    await world.mineUntil('all final', async () =>
      (await world.outgoing()).every(({ state }) => state === 'confirmed'),
    );
    await world.requireProvenBooks();
  });
});
