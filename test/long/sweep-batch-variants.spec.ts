import { afterEach, describe, expect, it } from '@jest/globals';
import { Transaction } from 'ethers';
import { SweepWorld, TANK, TREASURY } from '../harness/sweep-world.js';

const ETHER = 10n ** 18n;
let world: SweepWorld;
afterEach(() => world?.stop());

describe('tokens of several deposit addresses', () => {
  it('go again without a second authorization, and by their own key as before', async () => {
    world = await SweepWorld.startBatched();
    const payment = await world.paidToken(5_000_000n);
    await world.plan();
    await world.settled(payment.id);
    await world.chain.payToken(payment.address, 300n);
    // An address that delegates takes native money as before.
    await world.chain.pay(payment.address, ETHER);
    await world.chain.mine(3);
    await world.plan();
    await world.mineUntil('both swept', async () => {
      const done = (await world.sweepsOf(payment.id)).filter(({ state }) => state === 'confirmed');
      if (done.length < 3) await world.plan();
      return done.length === 3;
    });
    const [, again] = await world.batches();
    expect(Transaction.from((await world.bytesOf(again?.id as string))[0] as string).type).toBe(2);
    expect(await world.token(TREASURY)).toBe(5_000_300n);
    expect(await world.native(payment.address)).toBe(0n);
    expect(await world.chain.nonceOf(payment.address)).toBe(2);
    await world.requireProvenBooks();
  });

  it('are allowed what the node charges for an authorization now, which later forks make dearer', async () => {
    world = await SweepWorld.startBatched();
    // Amsterdam, as EIP-8037 has it in November 2026: 214,050 gas for each.
    const dearer = 214_050n - 25_000n;
    world.node.inject('eth_estimateGas', {
      kind: 'answer',
      answer: async (call, ask) => {
        const answer = await ask(call);
        const [{ authorizationList = [] }] = call.params as [{ authorizationList?: unknown[] }];
        if (!('result' in answer)) return answer;
        const gas = BigInt(answer.result as string) + BigInt(authorizationList.length) * dearer;
        return { result: `0x${gas.toString(16)}` };
      },
    });
    const paid = [await world.paidToken(1_000n), await world.paidToken(2_000n)];
    await world.plan();
    for (const { id } of paid) await world.settled(id);
    const [batch] = await world.batches();
    const signed = Transaction.from((await world.bytesOf(batch?.id as string))[0]);
    expect(signed.authorizationList).toHaveLength(2);
    expect(signed.gasLimit).toBeGreaterThan(2n * 214_050n);
    await world.requireProvenBooks();
  });

  it('are left alone by one whose address is blacklisted, before it is signed and after', async () => {
    world = await SweepWorld.startBatched();
    const [early, late, good] = [
      await world.paidOdd(1_000n),
      await world.paidOdd(2_000n),
      await world.paidOdd(4_000n),
    ];
    await world.odd.blacklist(early.address);
    await world.chain.mine();
    const heal = world.refuseBroadcasts();
    await world.plan();
    await world.waitForOutgoing(`state = 'sent' AND purpose = 'sweep'`);
    await world.odd.blacklist(late.address);
    await world.chain.mine();
    heal();
    await world.settled(good.id);
    const [failedEarly] = await world.sweepsOf(early.id);
    expect(failedEarly).toMatchObject({ state: 'failed', path: 'transfer', fee: null });
    expect(failedEarly?.reason).toContain('ODD: sender is blacklisted');
    const [failedLate] = await world.sweepsOf(late.id);
    expect(failedLate).toMatchObject({ state: 'failed', path: 'eip7702', received: '0' });
    expect(failedLate?.reason).toContain('refuses the transfer: it reverts ODD: sender is blacklisted');
    const [swept] = await world.sweepsOf(good.id);
    const [batch] = await world.batches();
    expect(BigInt(failedLate?.fee ?? 0) + BigInt(swept?.fee ?? 0)).toBe(BigInt(batch?.fee ?? 0));
    expect(await world.token(late.address, world.odd.address)).toBe(2_000n);
    expect((await world.app.payment(late.id)).status).toBe('confirmed');
    await world.odd.blacklist(late.address, false);
    await world.chain.mine();
    await world.plan({ paymentIds: [late.id], isForced: true });
    await world.settled(late.id);
    expect(await world.token(TREASURY, world.odd.address)).toBe(6_000n);
    await world.requireProvenBooks();
  });

  it.each([
    ['returns false', 'returns_false', 'it returns false'],
    ['moves nothing', 'moves_nothing', 'reported no transfer'],
    ['burns all the gas it gets', 'burns_gas', 'it reverts without a reason'],
  ] as const)('of a token that %s once it is signed fail, and others go', async (_what, way, words) => {
    world = await SweepWorld.startBatched();
    const [odd, other] = [await world.paidOdd(1_000n), await world.paidToken(500n)];
    const heal = world.refuseBroadcasts();
    await world.plan();
    await world.waitForOutgoing(`state = 'sent' AND purpose = 'sweep'`);
    await world.odd.behave(way);
    await world.chain.mine();
    heal();
    await world.settled(other.id);
    expect((await world.sweepIn(odd.id, 'failed')).reason).toContain(words);
    expect((await world.app.payment(odd.id)).status).toBe('confirmed');
    await world.requireProvenBooks();
  });
});

describe('a batch', () => {
  it('that was signed and not broadcast when the process ended goes out as the same bytes', async () => {
    world = await SweepWorld.startBatched();
    const payments = [await world.paidToken(1_000n), await world.paidToken(2_000n)];
    const heal = world.refuseBroadcasts();
    await world.plan();
    const { id } = await world.waitForOutgoing(`state = 'sent' AND reason LIKE '%txpool is full%'`);
    const [signed] = await world.attempts(id);
    await world.restart();
    heal();
    for (const payment of payments) expect((await world.settled(payment.id)).sweep?.tx_hash).toBe(signed);
    expect(await world.outgoing()).toHaveLength(1);
    await world.requireProvenBooks();
  });

  it('whose nonce somebody else used with the tank’s key fails, and its authorizations are signed anew', async () => {
    world = await SweepWorld.startBatched();
    const payments = [await world.paidToken(1_000n), await world.paidToken(2_000n)];
    const heal = world.refuseBroadcasts();
    await world.plan();
    await world.waitForOutgoing(`state = 'sent' AND reason LIKE '%txpool is full%'`);
    const raw = await TANK.signTransaction({
      type: 2,
      chainId: 31_337,
      nonce: 0,
      to: world.chain.payer,
      value: ETHER,
      gasLimit: 21_000,
      maxFeePerGas: 10n ** 10n,
      maxPriorityFeePerGas: 10n ** 9n,
    });
    await world.chain.rpc('eth_sendRawTransaction', [raw]);
    world.isRobbed = true;
    heal();
    for (const { id } of payments) {
      const { reason, received } = await world.sweepIn(id, 'failed');
      expect(reason).toContain('was used by a transaction that is not ours');
      expect(received).toBe('0');
    }
    await world.plan({ paymentIds: payments.map(({ id }) => id), isForced: true });
    for (const payment of payments) await world.settled(payment.id);
    expect(await world.token(TREASURY)).toBe(3_000n);
    expect(await world.chain.nonceOf(payments[0]?.address as string)).toBe(1);
  });

  it('keeps refunds, pause and the limits of a day', async () => {
    world = await SweepWorld.startBatched({}, {}, { minimum: 0n, maxPerDay: 2_500n });
    const payments = [
      await world.paidToken(1_000n),
      await world.paidToken(1_500n),
      await world.paidToken(1n),
    ];
    await world.app.request('POST', '/api/v1/sweeps/pause', {});
    await world.plan();
    await world.chain.mine(3);
    expect(await world.outgoing()).toEqual([]);
    await world.app.request('POST', '/api/v1/sweeps/resume');
    await world.plan();
    await world.mineUntil('two swept', async () => (await world.token(TREASURY)) === 2_500n);
    await world.plan();
    const [last] = payments.slice(-1);
    expect(await world.sweepIn(last?.id as string, 'waiting')).toMatchObject({ reason_code: 'daily_limit' });
    const refund = { to: world.chain.payer, amount: '1', reason: 'sent back' };
    const answer = await world.app.request('POST', `/api/v1/payments/${last?.id}/refunds`, refund);
    expect(answer.status).toBe(201);
    await world.mineUntil('refunded', async () => (await world.token(last?.address as string)) === 0n);
    await world.mineUntil('all final', async () =>
      (await world.outgoing()).every(({ state }) => state === 'confirmed'),
    );
    await world.requireProvenBooks();
  });
});
