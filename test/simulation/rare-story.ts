import { Wallet } from 'ethers';
import { type DepositView } from '../../src/payments/deposit.view.js';
import { type RefundView } from '../../src/refunds/refund.view.js';
import { waitFor } from '../harness/wait-for.js';
import { ask, replaceBlocks } from './actions.js';
import { CONFIRMATIONS } from './confirmations.js';
import { refundOf } from './deposit-refunds.js';
import { refund } from './money-actions.js';
import { type Money } from './money.js';
import { creditOf } from './oracle.js';
import { Random } from './random.js';
import { type Known, World } from './world.js';

type MoneyWorld = World & { money: Money };

/** By it, money is followed by balances, gas is sent before each transfer of a token, and the nodes have no habits. */
const SEED = 5;
const GWEI = 10n ** 9n;
const DUE = 100n;
const LONG = 1_000;
const SHORT = 5;

/**
 * What random actions seldom bring about, one after the other: for each rule of the oracle something that the rule alone
 * tells apart. Ends as a seed does.
 */
export class RareStory {
  private constructor(readonly world: MoneyWorld) {}

  static async play(): Promise<RareStory> {
    const story = new RareStory((await World.create(new Random(SEED), [], true)) as MoneyWorld);
    try {
      await story.tell();
      await story.world.settle();
      return story;
    } catch (error) {
      await story.world.end();
      throw error;
    }
  }

  private async tell(): Promise<void> {
    const { world } = this;
    if (world.chain.config.internalTransfers !== 'balance') throw new Error('another seed is needed');
    await this.failsByAReorg();
    const long = await this.payments(LONG, [
      'native',
      'native',
      'native',
      'native',
      'native',
      'token',
      'token',
      'token',
    ]);
    const [byContract, givenBack, cancelled, afterSale, wrongAsset, ...tokens] = long as [
      Known,
      Known,
      Known,
      Known,
      Known,
      Known,
      Known,
      Known,
    ];
    const short = await this.payments(SHORT, ['native', 'native', 'native', 'native']);
    const [part, late, accepted, tooLate] = short as [Known, Known, Known, Known];
    await this.paidByContract(byContract);
    await this.pay(part, 30n);
    await this.goesBack({ givenBack, cancelled, afterSale, wrongAsset });
    await this.swept(tokens);
    await this.tooLate({ late, accepted, tooLate, unseen: tokens[0] });
  }

  /** Confirmed, and then its money is gone. */
  private async failsByAReorg(): Promise<void> {
    const [payment] = (await this.payments(LONG, ['native'])) as [Known];
    await this.pay(payment, DUE);
    await this.final();
    await this.world.app.waitForStatus(payment.id, 'confirmed');
    await replaceBlocks(this.world, CONFIRMATIONS + 1);
    await this.until('it to fail', async () => (await this.statusOf(payment)) === 'failed');
  }

  /** One call pays, one runs out of gas. */
  private async paidByContract({ address }: Known): Promise<void> {
    const { chain, payer, unit } = this.world;
    await payer.call('pay', address, DUE * unit);
    const failing = { ...payer.transaction('pay', address, 7n * unit), gas: '0x7530' };
    await chain.rpc('eth_sendTransaction', [failing]);
    await this.final();
  }

  /** Before it is paid, with a rest that is paid later; asked for and cancelled; after the sale; and of what does not count. */
  private async goesBack(
    of: Record<'givenBack' | 'cancelled' | 'afterSale' | 'wrongAsset', Known>,
  ): Promise<void> {
    const { givenBack, cancelled, afterSale, wrongAsset } = of;
    const { world } = this;
    for (const one of [givenBack, cancelled]) await this.pay(one, 60n);
    for (const one of [afterSale, wrongAsset]) await this.pay(one, DUE);
    await world.chain.payToken(wrongAsset.address, 5n);
    await this.final();
    await this.isPaused(true);
    await this.giveBack(cancelled);
    const { id } = world.money.refunds.at(-1) as { id: string };
    await this.post(`/refunds/${id}/cancel`);
    await this.isPaused(false);
    await this.giveBack(givenBack);
    await this.giveBack(afterSale);
    const deposit = await this.depositOf(wrongAsset, 'wrong_asset');
    await refundOf(world, deposit, 5n);
    await this.until('refunds to end', async () => {
      const all = await Promise.all(
        world.money.refunds.map((one) => world.app.request<RefundView>('GET', `/api/v1/refunds/${one.id}`)),
      );
      return all.every(({ body }) => body.status === 'confirmed' || body.status === 'cancelled');
    });
    for (const one of [givenBack, cancelled]) await this.pay(one, 40n);
    await this.final();
  }

  private async giveBack(payment: Known): Promise<void> {
    const { world } = this;
    const before = world.money.refunds.length;
    const told = await refund(world, payment, Wallet.createRandom().address, 30n * world.unit);
    if (world.money.refunds.length === before) throw new Error(told);
  }

  /** To one treasury while another is on its way in; gas that is left over; gas that got dearer before it was used. */
  private async swept([one, other, dear]: [Known, Known, Known]): Promise<void> {
    const { world } = this;
    const { chain, money } = world;
    // Two logs of one transaction.
    await chain.payTokenBatch([one.address, other.address], [DUE, DUE]);
    await this.final();
    await chain.setBaseFee(40n * GWEI);
    await this.step();
    money.treasuries.move();
    await this.post('/sweeps/run');
    await waitFor('sweeps and gas', async () => {
      const [sweeps, gas] = [await this.outgoing(`purpose = 'sweep'`), await this.gasFor(one)];
      return sweeps > 0 && gas > 0;
    });
    await world.restart();
    money.treasuries.moved();
    await this.until('gas to come back', async () => {
      await chain.setBaseFee(GWEI);
      // For the new treasury, as soon as nothing of the old plan is under way.
      await world.app.request('POST', '/api/v1/sweeps/run', {});
      return (await this.outgoing(`purpose = 'gas_return' AND state = 'confirmed'`)) > 0;
    });
    await this.pay(dear, DUE);
    await this.final();
    await this.post('/sweeps/run');
    await waitFor('gas', async () => (await this.gasFor(dear)) === 1);
    await this.isPaused(true);
    await this.until(
      'it to be mined',
      async () => (await this.gasFor(dear, `state IN ('mined','confirmed')`)) === 1,
    );
    await chain.setBaseFee(50n * GWEI);
    await this.step();
    await this.isPaused(false);
    await this.until('more of it', async () => {
      await chain.setBaseFee(50n * GWEI);
      return (await this.gasFor(dear)) === 2;
    });
  }

  /** After their time, and after the watch that follows it: one is accepted, one is not, and one nobody sees. */
  private async tooLate(of: Record<'late' | 'accepted' | 'tooLate' | 'unseen', Known>): Promise<void> {
    const { late, accepted, tooLate, unseen } = of;
    const { world } = this;
    await world.chain.passTime(SHORT * 60 + 60);
    await this.step();
    await this.pay(late, DUE);
    await this.final();
    await world.chain.passTime(2 * 86_400);
    await this.step();
    for (const one of [accepted, tooLate]) await this.pay(one, DUE);
    await world.payer.call('pay', unseen.address, 9n * world.unit);
    await this.final();
    const { id, tx_hash: txHash, ordinal, kind } = await this.depositOf(accepted, 'after_watch');
    await this.post(`/deposits/${id}/accept`);
    world.accepted.add(creditOf({ txHash: txHash as string, ordinal, kind }));
  }

  private async payments(minutes: number, assets: readonly ('native' | 'token')[]): Promise<Known[]> {
    const made: Known[] = [];
    for (const asset of assets) {
      const isToken = asset === 'token';
      const payment = await ask(this.world, {
        isToken,
        minutes,
        amount: isToken ? DUE : DUE * this.world.unit,
      });
      if (payment === null) throw new Error('no payment is taken');
      made.push(payment);
    }
    return made;
  }

  private async pay({ address, isToken }: Known, amount: bigint): Promise<void> {
    const { chain, unit } = this.world;
    await (isToken ? chain.payToken(address, amount) : chain.pay(address, amount * unit));
  }

  private async step(blocks = 1): Promise<void> {
    const { world } = this;
    await world.chain.mine(blocks);
    world.latestTime = Math.max(world.latestTime, await world.oracle.headTime());
    await world.app.waitForBlock(await world.chain.height());
  }

  private final(): Promise<void> {
    return this.step(CONFIRMATIONS + 1);
  }

  private async until(what: string, isMet: () => Promise<boolean>): Promise<void> {
    await waitFor(what, async () => {
      if (await isMet()) return true;
      await this.step();
      return false;
    });
  }

  private async statusOf({ id }: Known): Promise<string> {
    return (await this.world.app.payment(id)).status;
  }

  private async depositOf({ id }: Known, reason: string): Promise<DepositView> {
    const path = `/api/v1/deposits?payment_id=${id}`;
    return waitFor(reason, async () => {
      const { data } = (await this.world.app.request<{ data: DepositView[] }>('GET', path)).body;
      return data.find((one) => one.reason === reason);
    });
  }

  private isPaused(isPaused: boolean): Promise<void> {
    return this.post(isPaused ? '/sweeps/pause' : '/sweeps/resume');
  }

  private async post(path: string): Promise<void> {
    const { status, body } = await this.world.app.request('POST', `/api/v1${path}`, {});
    if (status !== 200) throw new Error(`${path} answers ${status}: ${JSON.stringify(body)}`);
  }

  private gasFor({ address }: Known, condition = 'true'): Promise<number> {
    return this.outgoing(`purpose = 'gas' AND recipient = '${address}' AND ${condition}`);
  }

  private async outgoing(condition: string): Promise<number> {
    const [row] = await this.world.app.database.dataSource.query<{ count: string }[]>(
      `SELECT count(*) FROM outgoing_transactions WHERE ${condition}`,
    );
    return Number(row?.count);
  }
}
