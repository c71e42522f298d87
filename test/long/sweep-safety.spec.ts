import { afterEach, describe, expect, it } from '@jest/globals';
import { toQuantity } from 'ethers';
import { type PlannedView, type SweepView } from '../../src/sweeper/sweep.view.js';
import { SweepWorld, TANK, TREASURY } from '../harness/sweep-world.js';
import { waitFor } from '../harness/wait-for.js';

const ETHER = 10n ** 18n;
let world: SweepWorld;
afterEach(() => world?.stop());

const listed = async (paymentId: string) =>
  (await world.app.request<{ data: SweepView[] }>('GET', `/api/v1/sweeps?payment_id=${paymentId}`)).body.data;
const run = (body: object) => world.app.request<{ data: PlannedView[] }>('POST', '/api/v1/sweeps/run', body);

describe('money that costs too much to sweep', () => {
  it('goes alone when it is asked for by force; below its minimum as well', async () => {
    world = await SweepWorld.start({}, {}, { minimum: 1_000_000n });
    const payment = await world.paidToken(999_999n);
    await world.plan();
    expect(await listed(payment.id)).toMatchObject([{ state: 'waiting', reason_code: 'minimum' }]);
    const answer = await run({ payment_ids: [payment.id], force: true });
    expect(answer).toMatchObject({ status: 200, body: { data: [{ goes: true, payment_id: payment.id }] } });
    await world.settled(payment.id);
    expect(await listed(payment.id)).toMatchObject([
      { state: 'confirmed', forced: true, received: '999999' },
    ]);
  });
});

describe('an operator', () => {
  it('caps one sweep and one day; what is more goes in parts and waits for tomorrow', async () => {
    const sweep = { enabled: true, minimum: 0n, maxPerSweep: ETHER, maxPerDay: 2n * ETHER };
    world = await SweepWorld.start({}, { sweep });
    const payment = await world.paid(3n * ETHER);
    await world.plan();
    await world.sweepIn(payment.id, 'confirmed');
    expect(await world.native(TREASURY)).toBe(ETHER);
    await world.plan();
    await world.mineUntil('two sweeps', async () => (await world.native(TREASURY)) === 2n * ETHER);
    await world.mineUntil(
      'both final',
      async () => (await world.outgoing(`state = 'confirmed'`)).length === 2,
    );
    await world.plan();
    const waiting = await world.sweepIn(payment.id, 'waiting');
    expect(waiting).toMatchObject({ reason_code: 'daily_limit' });
    expect(waiting.reason).toContain(`max_per_day is ${2n * ETHER}`);
    expect((await world.app.payment(payment.id)).status).toBe('confirmed');
    expect(world.app.log.some((line) => line.includes('a sweep limit is hit'))).toBe(true);
    // A day later, by what was sent yesterday.
    await world.app.database.dataSource.query(
      `UPDATE outgoing_transactions SET created_at = created_at - interval '1 day', sent_at = sent_at - interval '1 day'`,
    );
    await world.plan();
    const settled = await world.settled(payment.id);
    expect(BigInt(settled.sweep?.amount ?? 0)).toBeLessThan(ETHER);
    expect(await world.native(payment.address)).toBe(0n);
  });

  it('has everything wait while gas costs more than the ceiling', async () => {
    const sweep = { enabled: true, minimum: 0n, maxGasPrice: 5n * 10n ** 9n };
    world = await SweepWorld.start({}, { sweep });
    const payment = await world.paid(ETHER);
    await world.chain.setBaseFee(50n * 10n ** 9n);
    await world.chain.mine();
    await world.plan();
    expect(await listed(payment.id)).toMatchObject([{ state: 'waiting', reason_code: 'gas_price' }]);
    await world.chain.setBaseFee(10n ** 9n);
    await world.chain.mine();
    await world.plan();
    await world.settled(payment.id);
  });

  it('is told when the gas tank is low, and sweeps go on when it is filled', async () => {
    world = await SweepWorld.start();
    world.isRobbed = true;
    await world.chain.rpc('anvil_setBalance', [TANK.address, '0x1']);
    const payment = await world.paidToken(5_000_000n);
    await world.plan();
    await waitFor(
      'the sweep to wait',
      async () => (await listed(payment.id))[0]?.reason_code === 'gas_tank_low',
    );
    expect(world.app.log.some((line) => line.includes('the gas tank is low'))).toBe(true);
    const metrics = await (await fetch(`${world.app.url}/metrics`)).text();
    expect(metrics).toContain('quittance_gas_tank_is_low{chain="testchain"} 1');
    await world.chain.rpc('anvil_setBalance', [TANK.address, toQuantity(ETHER)]);
    await world.plan();
    await world.settled(payment.id);
  });

  it('is warned of a treasury that is a contract', async () => {
    world = await SweepWorld.start();
    // Of no token: those are refused.
    const wallet = await world.chain.deploy('0x600180600b6000396000f300');
    await world.restart({ treasuryAddress: wallet });
    await waitFor('the warning', () =>
      world.app.log.some((line) => line.includes('the treasury is a contract')),
    );
  });
});

describe('late money that was swept before it was accepted', () => {
  it('settles its payment by the sweep that took it', async () => {
    world = await SweepWorld.start({ lateWatchDays: 1 });
    const payment = await world.app.createPayment({ amount: ETHER.toString(), expires_in_minutes: 1 });
    await world.chain.passTime(3 * 86_400);
    await world.chain.mine();
    await world.app.waitForStatus(payment.id, 'expired');
    await world.chain.pay(payment.address, ETHER);
    await world.chain.mine(4);
    const path = `/api/v1/deposits?assigned=false&payment_id=${payment.id}`;
    const { id } = await waitFor(
      'the deposit',
      async () => (await world.app.request<{ data: { id: string }[] }>('GET', path)).body.data[0],
    );
    await world.plan();
    await world.sweepIn(payment.id, 'confirmed');
    expect((await world.app.payment(payment.id)).status).toBe('expired');
    await world.app.request('POST', `/api/v1/deposits/${id}/accept`);
    const { sweep } = await world.settled(payment.id);
    const [swept] = await listed(payment.id);
    expect(sweep).toMatchObject({ tx_hash: swept?.tx_hash, amount: swept?.received });
    expect(await world.timesTold(payment.id)).toBe(1);
  });
});
