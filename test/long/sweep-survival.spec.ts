import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { toQuantity } from 'ethers';
import { TANK, TREASURY } from '../harness/sweep-world.js';
import { type Asset, sum, SurvivalWorld, TANK_WEI } from '../harness/survival-world.js';

/** SWEEP_PAYMENTS=200 SWEEP_KILLS=20 for the whole of it. */
const PAYMENTS = Number(process.env.SWEEP_PAYMENTS ?? 24);
const KILLS = Number(process.env.SWEEP_KILLS ?? 4);
const WAIT_MS = 120_000 + PAYMENTS * 1_000;

let world: SurvivalWorld;
beforeEach(async () => {
  world = await SurvivalWorld.start(WAIT_MS);
});
afterEach(() => world.stop());

/** Every transfer to the treasury on the chain, by sender and asset. */
async function arrivals(): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const add = (key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
  const height = await world.chain.height();
  for (let number = 0; number <= height; number += 1) {
    const block = await world.chain.rpc<{ transactions: { from: string; to: string | null }[] }>(
      'eth_getBlockByNumber',
      [toQuantity(number), true],
    );
    for (const { from, to } of block.transactions) {
      if (to?.toLowerCase() === TREASURY.toLowerCase()) add(`${from.toLowerCase()} native`);
    }
  }
  for (const sender of await world.tokenSenders()) add(`${sender} token`);
  return counts;
}

describe('sweeps', () => {
  it(
    `of ${PAYMENTS} payments arrive once each and to the wei, while the process is killed ${KILLS} times`,
    async () => {
      const paid = await world.pay(await world.run(), PAYMENTS, ['native', 'TUSD', 'ODD']);
      await world.killAtRandom(KILLS);
      await world.settled(PAYMENTS);

      const received = (asset: Asset) =>
        sum(paid.filter((one) => one.asset === asset).map(({ amount }) => amount));
      const outgoing = await world.outgoing();
      const fees = (purpose: string, isNative = true) =>
        sum(
          outgoing
            .filter((row) => row.purpose === purpose && (row.token_address === null) === isNative)
            .map(({ fee }) => BigInt(fee)),
        );
      expect(await world.native(TREASURY)).toBe(received('native') - fees('sweep'));
      expect(await world.token(TREASURY)).toBe(received('TUSD'));
      expect(await world.token(TREASURY, world.odd.address)).toBe(received('ODD'));

      // What the tank gave is gas that was used, or that still lies where it was sent.
      const left = sum(await Promise.all(paid.map(({ payment }) => world.native(payment.address))));
      const spent = fees('gas') + fees('sweep', false) + fees('gas_return');
      expect(TANK_WEI - (await world.native(TANK.address))).toBe(spent + left);

      const counts = await arrivals();
      for (const { payment, asset } of paid) {
        const key = `${payment.address.toLowerCase()} ${asset === 'native' ? 'native' : 'token'}`;
        expect([key, counts.get(key)]).toEqual([key, 1]);
      }
      expect(await world.count(`events WHERE type = 'payment.settled'`)).toBe(PAYMENTS);
      const report = await world.requireLedger();
      expect(report).toMatchObject({ addresses: PAYMENTS, transactions: outgoing.length });
    },
    WAIT_MS * 2,
  );
});
