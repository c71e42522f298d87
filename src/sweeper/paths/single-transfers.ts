import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { type Fees } from '../../outgoing/fees.js';
import { GasTank } from '../../outgoing/gas-tank.js';
import { type Moved, type Round } from '../../outgoing/movers.js';
import { OutgoingSigner } from '../../outgoing/outgoing-signer.js';
import { sideBySide } from '../../outgoing/side-by-side.js';
import { tryDrain, tryTransfer } from '../../outgoing/transfer-trial.js';
import { DailyLimits } from '../planning/daily-limits.js';
import { SweepStates } from '../sweep-states.js';
import { Sweep } from '../sweep.entity.js';
import { type Due, type SweepPath, whatFailed } from './sweep-path.js';

/** What is about to be signed. */
interface Order {
  amount: bigint;
  isComplete: boolean;
  isDrain: boolean;
  gasLimit: bigint;
  fees: Fees;
}

/** Each deposit address sends what it has: gas first where it is needed, then the transfer. On every chain, of every asset. */
@Injectable()
export class SingleTransfers implements SweepPath {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly states: SweepStates,
    private readonly limits: DailyLimits,
    private readonly tank: GasTank,
    private readonly signer: OutgoingSigner,
  ) {}

  async move(round: Round, due: readonly Due[]): Promise<Moved> {
    const { done, failures } = await sideBySide(
      due,
      ({ sweep }) => whatFailed(sweep),
      (one) =>
        this.unlessBusy(one.sweep.tokenAddress === null ? this.native(round, one) : this.token(round, one)),
    );
    return { hasSigned: done.includes(true), failures };
  }

  private async native(round: Round, { sweep, final, most }: Due): Promise<boolean> {
    const { from, treasury: to } = sweep;
    const trial = await tryDrain(round.chain, round.quote, { from, to, amount: final });
    if (trial.state === 'refused') return this.states.fail(round.chain, sweep, trial.reason);
    const { gasLimit, fees, cost } = trial;
    const all = final - cost;
    if (all <= 0n) {
      const reason = `it is ${final} wei, and to sweep it costs ${cost}`;
      return this.states.wait(sweep, { code: 'fee_share', reason });
    }
    const amount = all < most ? all : most;
    const order = { amount, isComplete: amount === all, isDrain: true, gasLimit, fees };
    return this.sign(round, sweep, order);
  }

  private async token(round: Round, { sweep, final, most: amount }: Due): Promise<boolean> {
    const { from, treasury: to, tokenAddress } = sweep;
    const transfer = { from, to, tokenAddress, amount };
    const trial = await tryTransfer(round.chain, round.quote, transfer);
    if (trial.state === 'refused') return this.states.fail(round.chain, sweep, trial.reason);
    if (trial.state === 'needs_gas') return this.fund(round, sweep, trial.missing);
    const { gasLimit, fees } = trial;
    const order = { amount, isComplete: amount === final, isDrain: false, gasLimit, fees };
    return this.sign(round, sweep, order);
  }

  private async fund({ chain }: Round, sweep: Sweep, missing: bigint): Promise<boolean> {
    const gas = { to: sweep.from, amount: missing, subjectId: sweep.id };
    const funding = await this.tank.fund(chain, gas, async (manager) => {
      await this.free(manager, sweep);
      await this.states.funding(manager, sweep);
    });
    if (funding.state !== 'refused') return funding.state === 'signed';
    const reason =
      funding.why === 'no_gas_tank'
        ? 'its address has no gas, and GAS_TANK_PRIVATE_KEY is not set'
        : 'its address has no gas, and the gas tank cannot pay for it: fill it up';
    return this.states.wait(sweep, { code: funding.why, reason });
  }

  private async sign({ chain, extent }: Round, sweep: Sweep, order: Order): Promise<boolean> {
    const { from, derivationIndex, treasury, tokenAddress } = sweep;
    const { chainId } = chain;
    const nodeNonce = await chain.accounts.nonce(from);
    const { isComplete, ...moved } = order;
    await this.dataSource.transaction(async (manager) => {
      await this.limits.hold(manager, chain, tokenAddress, order.amount);
      await this.free(manager, sweep);
      const outgoing = await this.signer.sign(manager, {
        ...moved,
        chainId,
        purpose: 'sweep',
        subjectId: sweep.id,
        account: { kind: 'deposit', derivationIndex },
        from,
        recipient: treasury,
        tokenAddress,
        nodeNonce,
      });
      await this.states.sent(manager, sweep, {
        path: 'transfer',
        amount: order.amount,
        isComplete,
        takenAtBlock: extent.scanned.number,
        outgoingId: outgoing.id,
      });
    });
    return true;
  }

  private async unlessBusy(step: Promise<boolean>): Promise<boolean> {
    try {
      return await step;
    } catch (error) {
      if (error instanceof NotFreeError) return false;
      throw error;
    }
  }

  /** @throws NotFreeError */
  private async free(manager: EntityManager, sweep: Sweep): Promise<void> {
    if (!(await this.states.isFree(manager, sweep))) throw new NotFreeError();
  }
}

/** Somebody else does something with the address, or has moved the sweep on: what was to be done is looked at again. */
class NotFreeError extends Error {}
