import { afterEach, describe, expect, it } from '@jest/globals';
import { SweepWorld, TREASURY } from '../harness/sweep-world.js';

const ETHER = 10n ** 18n;
let world: SweepWorld;
afterEach(() => world?.stop());

describe('two sweeping processes', () => {
  it('sweep each payment once, and the second goes on where the first ends', async () => {
    world = await SweepWorld.start();
    const second = await world.replica();
    const payments = [await world.paid(ETHER), await world.paid(ETHER), await world.paidToken(1_000_000n)];
    await world.plan();
    await world.waitForOutgoing(`state = 'sent'`);
    await world.app.close();
    await world.mineUntil('all settled', async () => {
      const statuses = await Promise.all(payments.map(async ({ id }) => (await second.payment(id)).status));
      return statuses.every((status) => status === 'settled');
    });
    expect(await world.outgoing(`purpose = 'sweep'`)).toHaveLength(3);
    expect(await world.token(TREASURY)).toBe(1_000_000n);
    await second.close();
  });
});

describe('a chain without EIP-1559', () => {
  it('is swept by legacy transactions, to the last wei', async () => {
    world = await SweepWorld.start({}, {}, undefined, true);
    const native = await world.paid(ETHER);
    const token = await world.paidToken(2_000_000n);
    await world.plan();
    const { sweep } = await world.settled(native.id);
    await world.settled(token.id);
    const transaction = await world.chain.rpc<{ type: string }>('eth_getTransactionByHash', [sweep?.tx_hash]);
    expect(Number(transaction.type)).toBe(0);
    expect(await world.native(native.address)).toBe(0n);
    expect((await world.native(TREASURY)) + BigInt(sweep?.fee ?? 0)).toBe(ETHER);
    expect(await world.token(TREASURY)).toBe(2_000_000n);
  });
});
