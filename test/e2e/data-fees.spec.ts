import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { toQuantity } from 'ethers';
import { compile } from '../contracts/compile.js';
import { SweepWorld, TANK, TREASURY } from '../harness/sweep-world.js';
import { waitFor } from '../harness/wait-for.js';

const ETHER = 10n ** 18n;
/** Where the OP stack has it. */
const ORACLE = '0x420000000000000000000000000000000000000F';
const { deployed } = compile(join(import.meta.dirname, '../contracts/GasPriceOracle.sol'));
/** What the contract asks for, and a quarter. */
const RESERVE = 50_000_000_000_000n;

let world: SweepWorld;
beforeEach(async () => {
  world = await SweepWorld.start({ sweepBumpAfterMs: 700 });
  await world.chain.rpc('anvil_setCode', [ORACLE, deployed]);
});
afterEach(() => world?.stop());

// The node charges no data fee: what is held back for one stays at the address.
describe('where publishing a transaction costs a data fee', () => {
  it('native money leaves so much behind, after a higher fee as well', async () => {
    const payment = await world.paid(ETHER);
    await world.plan();
    const { id } = await world.waitForOutgoing(`state = 'sent'`);
    await world.chain.rpc('anvil_setNextBlockBaseFeePerGas', [toQuantity(6n * 10n ** 9n)]);
    await world.chain.mine();
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
