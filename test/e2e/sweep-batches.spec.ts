import { afterEach, describe, expect, it } from '@jest/globals';
import { Transaction } from 'ethers';
import { SweepWorld, TANK, TREASURY } from '../harness/sweep-world.js';
import { waitFor } from '../harness/wait-for.js';

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
