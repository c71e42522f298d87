import { expect } from '@jest/globals';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { type SweepRow, SweepWorld, TREASURY } from './sweep-world.js';

/** A payment in a token that can be made to behave oddly, beside one in a good token: both confirmed and not yet swept. */
export class OddSweep {
  private constructor(
    readonly world: SweepWorld,
    readonly other: PaymentView,
    readonly odd: PaymentView,
  ) {}

  static async start(): Promise<OddSweep> {
    const world = await SweepWorld.start();
    return new OddSweep(world, await world.paidToken(7_000_000n), await world.paidOdd(5_000_000n));
  }

  /** Whatever becomes of the odd one. */
  async othersGoOn(): Promise<void> {
    await this.world.settled(this.other.id);
    expect(await this.world.token(TREASURY)).toBe(7_000_000n);
  }

  /** The odd token's sweep fails, and nothing else. */
  async failed(): Promise<SweepRow> {
    const { world, odd } = this;
    await world.plan();
    const sweep = await world.sweepIn(odd.id, 'failed');
    expect((await world.app.payment(odd.id)).status).toBe('confirmed');
    expect(await world.token(odd.address, world.odd.address)).toBe(5_000_000n);
    await this.othersGoOn();
    return sweep;
  }

  /** Waits for a transaction to be sent, and mines it. */
  async mineAnd(done: Promise<string>): Promise<void> {
    await done;
    await this.world.chain.mine();
  }
}
