import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { ChainService } from '../../chain/chain.service.js';
import { type ChainConfig } from '../../config/chains.js';
import { type Fees } from '../../outgoing/fees.js';
import { GasTank } from '../../outgoing/gas-tank.js';
import { type Circumstances } from '../../outgoing/outgoing-follower.js';
import { OutgoingSigner } from '../../outgoing/outgoing-signer.js';
import { Preparations } from '../../outgoing/preparation.js';
import { DailyLimits } from '../planning/daily-limits.js';
import { sideBySide } from '../side-by-side.js';
import { type Due, type SweepPath } from '../planning/sweep-path.js';
import { SweepRows } from '../sweep-rows.js';
import { Sweep } from '../sweep.entity.js';

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
    private readonly chains: ChainService,
    private readonly rows: SweepRows,
    private readonly limits: DailyLimits,
    private readonly preparations: Preparations,
    private readonly tank: GasTank,
    private readonly signer: OutgoingSigner,
  ) {}

  async move(chain: ChainConfig, due: readonly Due[], circumstances: Circumstances): Promise<boolean> {
    const { done, failure } = await sideBySide(due, (one) =>
      this.unlessBusy(
        one.sweep.tokenAddress === null
          ? this.native(chain, one, circumstances)
          : this.token(chain, one, circumstances),
      ),
    );
    if (failure !== null) throw failure;
    return done.includes(true);
  }

  private async native(
    chain: ChainConfig,
    { sweep, final, most }: Due,
    circumstances: Circumstances,
  ): Promise<boolean> {
    const { from, treasury: to } = sweep;
    const prepared = await this.preparations.ofDrain(chain, circumstances.quote, { from, to, amount: final });
    if (prepared.state === 'refused') return this.rows.fail(chain, sweep, prepared.reason);
    const { gasLimit, fees, cost } = prepared;
    const all = final - cost;
    if (all <= 0n) {
      const reason = `it is ${final} wei, and to sweep it costs ${cost}`;
      return this.rows.wait(sweep, { code: 'fee_share', reason });
    }
    const amount = all < most ? all : most;
    const order = { amount, isComplete: amount === all, isDrain: true, gasLimit, fees };
    return this.sign(chain, sweep, circumstances, order);
  }

  private async token(
    chain: ChainConfig,
    { sweep, final, most: amount }: Due,
    circumstances: Circumstances,
  ): Promise<boolean> {
    const { from, treasury: to, tokenAddress } = sweep;
    const transfer = { from, to, tokenAddress, amount };
    const prepared = await this.preparations.of(chain, circumstances.quote, transfer);
    if (prepared.state === 'refused') return this.rows.fail(chain, sweep, prepared.reason);
    if (prepared.state === 'needs_gas') return this.fund(chain, sweep, prepared.missing);
    const { gasLimit, fees } = prepared;
    const order = { amount, isComplete: amount === final, isDrain: false, gasLimit, fees };
    return this.sign(chain, sweep, circumstances, order);
  }

  private async fund(chain: ChainConfig, sweep: Sweep, missing: bigint): Promise<boolean> {
    const gas = { to: sweep.from, amount: missing, subjectId: sweep.id };
    const funding = await this.tank.fund(chain, gas, async (manager) => {
      await this.free(manager, sweep);
      await manager.update(Sweep, { id: sweep.id }, { state: 'funding', updatedAt: new Date() });
    });
    if (funding.state !== 'refused') return funding.state === 'signed';
    const reason =
      funding.why === 'no_gas_tank'
        ? 'its address has no gas, and GAS_TANK_PRIVATE_KEY is not set'
        : 'its address has no gas, and the gas tank cannot pay for it: fill it up';
    return this.rows.wait(sweep, { code: funding.why, reason });
  }

  private async sign(
    chain: ChainConfig,
    sweep: Sweep,
    { extent }: Circumstances,
    order: Order,
  ): Promise<boolean> {
    const { from, derivationIndex, treasury, tokenAddress } = sweep;
    const { chainId } = chain;
    const nodeNonce = await this.chains.accounts(chain.name).nonce(from);
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
      await this.rows.sent(manager, sweep, {
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
    if (!(await this.rows.isFree(manager, sweep))) throw new NotFreeError();
  }
}

/** Somebody else does something with the address, or has moved the sweep on: what was to be done is looked at again. */
class NotFreeError extends Error {}
