import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { toQuantity } from 'ethers';
import {
  operatorFeeOf,
  RESERVE,
  tellOperatorFee,
  withOperatorFee,
  withOracle,
} from '../harness/data-fees.js';
import { SweepWorld, TANK, TREASURY } from '../harness/sweep-world.js';
import { waitFor } from '../harness/wait-for.js';

const ETHER = 10n ** 18n;
/** Of a plain transfer. */
const OPERATOR_FEE = operatorFeeOf(21_000n);

let world: SweepWorld;
afterEach(() => world?.stop());

// The node charges no data fee: what is held back for one stays at the address.
describe('where publishing a transaction costs a data fee', () => {
  beforeEach(async () => {
    world = await withOracle(SweepWorld.start());
  });

  it('native money leaves so much behind, after a higher fee as well', async () => {
    const payment = await world.paid(ETHER);
    await world.plan();
    const { id } = await world.waitForOutgoing(`state = 'sent'`);
    await world.chain.setBaseFee(6n * 10n ** 9n);
    await world.chain.mine();
    world.bumpAfter(300);
    await waitFor('a replacement', async () => (await world.attempts(id)).length >= 2);
    const { sweep } = await world.settled(payment.id);
    expect((await world.attempts(id)).slice(1)).toContain(sweep?.tx_hash);
    expect(await world.native(payment.address)).toBe(RESERVE);
    expect((await world.native(TREASURY)) + BigInt(sweep?.fee ?? 0)).toBe(ETHER - RESERVE);
  });

  it('native money that it would take stays', async () => {
    const payment = await world.paid(RESERVE + 10_000_000_000_000n);
    await world.plan();
    expect(await world.sweepIn(payment.id, 'waiting')).toMatchObject({
      reason_code: 'fee_share',
      reason: expect.stringMatching(/^it is 60000000000000 wei, and to sweep it costs/),
    });
  });

  it('a token’s address gets so much more from the tank, once; and a tank that lacks it is low', async () => {
    const payment = await world.paidToken(5_000_000n);
    await world.chain.rpc('anvil_setBalance', [TANK.address, toQuantity(3n * RESERVE)]);
    // Its balance was set from outside.
    world.isRobbed = true;
    await world.plan();
    expect(await world.sweepIn(payment.id, 'waiting')).toMatchObject({ reason_code: 'gas_tank_low' });
    await world.chain.rpc('anvil_setBalance', [TANK.address, toQuantity(ETHER)]);
    await world.plan();
    await world.settled(payment.id);
    const rows = await world.outgoing();
    expect(rows.map(({ purpose }) => purpose)).toEqual(['gas', 'sweep']);
    expect((await world.native(payment.address)) >= RESERVE).toBe(true);
    expect(await world.token(TREASURY)).toBe(5_000_000n);
  });
});

describe('where the operator takes a fee as well', () => {
  beforeEach(async () => {
    world = await withOperatorFee(SweepWorld.start());
  });

  it('native money leaves that behind, and a token’s address gets it from the tank', async () => {
    const native = await world.paid(ETHER);
    const token = await world.paidToken(5_000_000n);
    await world.plan();
    await world.settled(native.id);
    await world.settled(token.id);
    expect(await world.native(native.address)).toBe(RESERVE + (OPERATOR_FEE * 5n) / 4n);
    // A token's transfer takes more gas than a plain one.
    expect((await world.native(token.address)) > RESERVE + (OPERATOR_FEE * 5n) / 4n).toBe(true);
  });

  it('what it took of a mined transaction is recorded and booked as a fee', async () => {
    tellOperatorFee(world);
    const payment = await world.paid(ETHER);
    await world.plan();
    const { sweep } = await world.settled(payment.id);
    const receipt = await world.chain.rpc<{ gasUsed: string; effectiveGasPrice: string }>(
      'eth_getTransactionReceipt',
      [sweep?.tx_hash],
    );
    const gas = BigInt(receipt.gasUsed) * BigInt(receipt.effectiveGasPrice);
    expect(sweep?.fee).toBe((gas + OPERATOR_FEE).toString());
    const [booked] = await world.app.database.dataSource.query<{ amount: string }[]>(
      `SELECT amount FROM ledger_entries WHERE account = 'fees'`,
    );
    expect(booked?.amount).toBe(sweep?.fee);
  });
});
