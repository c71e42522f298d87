import { afterEach, describe, expect, it } from '@jest/globals';
import { toQuantity, Wallet } from 'ethers';
import { askRefund, refundsOf, startRefunding } from '../harness/world-refunds.js';
import { PAYOUT, SweepWorld } from '../harness/sweep-world.js';

/* What a single transfer or a refund would cost by the time when it is signed. Of batches: checked-when-signed. */
const ETHER = 10n ** 18n;
const GWEI = 10n ** 9n;
let world: SweepWorld;
afterEach(() => world?.stop());

const planned = async () => {
  await world.app.waitForBlock(await world.chain.height());
  await world.app.request('POST', '/api/v1/sweeps/run', {});
};

/** Has nodes want so much for the block's miner. */
const tip = (wei: bigint) =>
  world.node.inject('eth_maxPriorityFeePerGas', {
    kind: 'answer',
    answer: () => Promise.resolve({ result: toQuantity(wei) }),
  });

describe('a sweep that was planned', () => {
  it('waits where its fee is above its share by now, and goes when gas is cheaper or by force', async () => {
    world = await SweepWorld.start({ sweepMaxFeeBps: 500 }, {}, { minimum: 0n, nativeValue: ETHER / 100n });
    const [native, token, forced] = [
      await world.paid(ETHER / 100n),
      await world.paidToken(1_000_000n),
      await world.paid(ETHER / 50n),
    ];
    await world.restart({ roles: ['api', 'scanner', 'worker'] });
    await planned();
    await world.app.database.dataSource.query(`UPDATE sweeps SET is_forced = true WHERE payment_id = $1`, [
      forced.id,
    ]);
    const cheaper = tip(400n * GWEI);
    await world.restart();
    for (const { id } of [native, token]) {
      const [row] = [await world.sweepIn(id, 'waiting')];
      expect(row).toMatchObject({
        reason_code: 'fee_share',
        reason: expect.stringMatching(/^its fee is \d+ wei by now, and may be \d+/),
      });
    }
    await world.settled(forced.id);
    expect(await world.outgoing(`purpose = 'gas'`)).toEqual([]);
    cheaper();
    await world.plan();
    await world.settled(native.id);
    await world.settled(token.id);
  });
});

describe('a refund', () => {
  it('waits while gas is above the ceiling, and the gas for it is not sent either', async () => {
    const sweep = { enabled: true, minimum: 0n, maxGasPrice: 100n * GWEI };
    world = await SweepWorld.start({ payoutPrivateKey: PAYOUT.privateKey }, { sweep });
    const [native, token] = [await world.paid(ETHER), await world.paidToken(5_000_000n)];
    const cheaper = tip(200n * GWEI);
    // A round that has begun before would offer the old price.
    await world.app.atRest();
    const customer = Wallet.createRandom().address;
    await askRefund(world, native, customer, 1_000n);
    await askRefund(world, token, customer, 1_000n);
    for (const payment of [native, token]) {
      await world.mineUntil('it to say what it waits for', async () =>
        (await refundsOf(world, payment))[0]?.waits_for?.includes('max_gas_price is 100000000000'),
      );
    }
    expect(await world.outgoing()).toEqual([]);
    cheaper();
    for (const payment of [native, token]) {
      await world.mineUntil(
        'the refund',
        async () => (await refundsOf(world, payment))[0]?.state === 'confirmed',
      );
    }
    expect([await world.native(customer), await world.token(customer)]).toEqual([1_000n, 1_000n]);
  });

  it('to a contract that burns its gas, or reverts with odd words, fails alone', async () => {
    world = await startRefunding();
    const burning = await world.chain.deploy(creating('fe'));
    const jumping = await world.chain.deploy(creating('5b600056'));
    const wordy = await world.chain.deploy(creating(revertingWith('a\0b\u001b[2J')));
    const payments = [
      await world.paid(ETHER),
      await world.paid(ETHER),
      await world.paid(ETHER),
      await world.paid(ETHER),
    ] as const;
    const [first, second, third, good] = payments;
    const innocent = await world.paid(ETHER);
    await askRefund(world, first, burning, 1_000n);
    await askRefund(world, second, jumping, 1_000n);
    await askRefund(world, third, wordy, 1_000n);
    const customer = Wallet.createRandom().address;
    await askRefund(world, good, customer, 1_000n);
    await world.plan();
    await world.settled(innocent.id);
    await world.mineUntil(
      'the good one',
      async () => (await refundsOf(world, good))[0]?.state === 'confirmed',
    );
    expect(await world.native(customer)).toBe(1_000n);
    const ends = await Promise.all(
      [first, second, third].map(async (payment) => (await refundsOf(world, payment))[0]),
    );
    expect(ends).toMatchObject([
      { state: 'failed', failure: expect.stringContaining('burns its gas') },
      { state: 'failed', failure: expect.stringMatching(/burns its gas|reverts/) },
      { state: 'failed', failure: expect.stringContaining('reverts') },
    ]);
    expect(ends[2]?.failure).not.toMatch(/[\0\u001b]/);
  });
});

/** Code that makes a contract with this code, hex without 0x. */
function creating(runtime: string): string {
  const size = (runtime.length / 2).toString(16).padStart(4, '0');
  return `0x61${size}80600c6000396000f3${runtime}`;
}

/** Reverts with `Error(string)`, whatever it is asked. */
function revertingWith(words: string): string {
  const text = Buffer.from(words);
  const data = `08c379a0${'20'.padStart(64, '0')}${text.length.toString(16).padStart(64, '0')}${text.toString('hex').padEnd(64, '0')}`;
  const size = (data.length / 2).toString(16).padStart(4, '0');
  // PUSH2 size, DUP1, PUSH1 12 (where the data begins), PUSH1 0, CODECOPY, PUSH1 0, REVERT
  return `61${size}80600c6000396000fd${data}`;
}
