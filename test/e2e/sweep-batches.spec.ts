import { afterEach, describe, expect, it } from '@jest/globals';
import { Transaction } from 'ethers';
import { delegationTo } from '../../src/outgoing/delegate/sweep-delegate.js';
import { SweepWorld, TANK, TREASURY } from '../harness/sweep-world.js';
import { waitFor } from '../harness/wait-for.js';
import { toAddress } from '../../src/ids/ids.js';

const ETHER = 10n ** 18n;
let world: SweepWorld;
afterEach(() => world?.stop());

describe('tokens of several deposit addresses', () => {
  it('go in one transaction of the gas tank; each is settled with its share of the fee, to the wei', async () => {
    world = await SweepWorld.startBatched();
    const before = await world.native(TANK.address);
    const payments = [
      await world.paidToken(5_000_001n),
      await world.paidToken(7n),
      await world.paidOdd(11_000_000n),
    ];
    const native = await world.paid(ETHER);
    await world.plan();
    for (const payment of [...payments, native]) await world.settled(payment.id);
    const [batch, ...others] = await world.batches();
    expect(others).toEqual([]);
    expect(batch).toMatchObject({ state: 'confirmed' });
    expect(await world.outgoing(`purpose = 'gas'`)).toEqual([]);
    expect(await world.token(TREASURY)).toBe(5_000_008n);
    expect(await world.token(TREASURY, world.odd.address)).toBe(11_000_000n);
    const settled = await Promise.all(payments.map(({ id }) => world.app.payment(id)));
    expect(settled.map(({ sweep }) => sweep?.tx_hash)).toEqual(payments.map(() => batch?.tx_hash));
    expect(settled.map(({ sweep }) => sweep?.amount)).toEqual(['5000001', '7', '11000000']);
    const shares = settled.map(({ sweep }) => BigInt(sweep?.fee ?? 0));
    expect(shares.reduce((sum, share) => sum + share, 0n)).toBe(BigInt(batch?.fee ?? 0));
    expect(before - (await world.native(TANK.address))).toBe(BigInt(batch?.fee ?? 0));
    for (const payment of payments) {
      expect(await world.native(payment.address)).toBe(0n);
      // As wallet scan and export see that it was used.
      expect(await world.chain.nonceOf(payment.address)).toBe(1);
      expect(await world.timesTold(payment.id)).toBe(1);
    }
    const [raw] = await world.bytesOf(batch?.id as string);
    const { type, authorizationList } = Transaction.from(raw);
    expect(type).toBe(4);
    expect(authorizationList?.map(({ chainId, nonce }) => [chainId, nonce])).toEqual(
      payments.map(() => [31_337n, 0n]),
    );
    await world.requireProvenBooks();
  });

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
  it('that a reorg drops is mined again as the same bytes, and settles each once', async () => {
    world = await SweepWorld.startBatched();
    const payments = [await world.paidToken(1_000n), await world.paidToken(2_000n)];
    await world.plan();
    await world.waitForOutgoing(`state = 'sent'`);
    await world.chain.mine();
    const { tx_hash: hash } = await world.waitForOutgoing(`state = 'mined'`);
    await world.chain.mine();
    await world.chain.reorg(2);
    expect(await world.chain.rpc('eth_getTransactionReceipt', [hash])).toBeNull();
    await world.waitForOutgoing(`state = 'sent' AND tx_hash IS NULL`);
    expect(await world.chain.nonceOf(payments[0]?.address as string)).toBe(0);
    for (const payment of payments) expect((await world.settled(payment.id)).sweep?.tx_hash).toBe(hash);
    await world.chain.mine(3);
    for (const payment of payments) expect(await world.timesTold(payment.id)).toBe(1);
    expect(await world.token(TREASURY)).toBe(3_000n);
    await world.requireProvenBooks();
  });

  it('that is not mined in time is replaced with its authorizations, at the same nonce', async () => {
    world = await SweepWorld.startBatched();
    const payments = [await world.paidToken(1_000n), await world.paidToken(2_000n)];
    await world.plan();
    const { id } = await world.waitForOutgoing(`state = 'sent'`);
    world.bumpAfter(300);
    await waitFor('a replacement', async () => (await world.attempts(id)).length >= 2);
    for (const payment of payments) await world.settled(payment.id);
    const signed = (await world.bytesOf(id)).map((raw) => Transaction.from(raw));
    for (const { type, nonce, data, authorizationList } of signed) {
      expect({ type, nonce, data }).toEqual({ type: 4, nonce: signed[0]?.nonce, data: signed[0]?.data });
      expect(authorizationList).toEqual(signed[0]?.authorizationList);
    }
    expect(await world.batches()).toHaveLength(1);
    await world.requireProvenBooks();
  });

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

  it('takes along what is worth less than its sweep, when the batch pays', async () => {
    world = await SweepWorld.startBatched({}, {}, { minimum: 0n, nativeValue: ETHER / 1000n });
    const small = await world.paidToken(20_000n);
    await world.plan();
    const [waiting] = await world.sweepsOf(small.id);
    expect(waiting).toMatchObject({ state: 'waiting', reason_code: 'fee_share' });
    const big = await world.paidToken(900_000_000n);
    await world.plan();
    await world.settled(big.id);
    await world.settled(small.id);
    expect(await world.batches()).toHaveLength(1);
    const [swept] = await world.sweepsOf(small.id);
    // Two share what one had to pay alone.
    expect(BigInt(swept?.estimated_fee ?? 0)).toBeLessThan(BigInt(waiting?.estimated_fee ?? 0));
    await world.requireProvenBooks();
  });
});
