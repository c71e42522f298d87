import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { ChainService } from '../chain/chain.service.js';
import { type ChainConfig } from '../config/chains.js';
import { type Fees } from '../outgoing/fees.js';
import { GasTank } from '../outgoing/gas-tank.js';
import { type Circumstances } from '../outgoing/outgoing-follower.js';
import { OutgoingSigner } from '../outgoing/outgoing-signer.js';
import { holdAddress } from '../outgoing/outgoing.repository.js';
import { Preparations } from '../outgoing/preparation.js';
import { RefundsRepository } from '../refunds/refunds.repository.js';
import { type Obstacle } from './decide.js';
import { DepositBalances } from './deposit-balances.js';
import { DailyLimits } from './daily-limits.js';
import { dearGas } from './obstacles.js';
import { Sweep } from './sweep.entity.js';
import { SweepsRepository } from './sweeps.repository.js';

/** Addresses moved on side by side. */
const AT_ONCE = 20;

/** What is about to be signed. */
interface Order {
  amount: bigint;
  isComplete: boolean;
  isDrain: boolean;
  gasLimit: bigint;
  fees: Fees;
}

/** Moves planned sweeps on: gas first where it is needed, then the transfer. One thing at a time at each address. */
@Injectable()
export class SweepSteps {
  private readonly logger = new Logger('Sweeper');

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly chains: ChainService,
    private readonly sweeps: SweepsRepository,
    private readonly refunds: RefundsRepository,
    private readonly balances: DepositBalances,
    private readonly limits: DailyLimits,
    private readonly preparations: Preparations,
    private readonly tank: GasTank,
    private readonly signer: OutgoingSigner,
  ) {}

  /**
   * @returns whether anything was signed, which waits to be broadcast
   * @throws RpcError: what was not done yet is done at the next step
   */
  async step(chain: ChainConfig, circumstances: Circumstances): Promise<boolean> {
    if (circumstances.isPaused) return false;
    const due = nextOfEach(await this.sweeps.underWay(chain.chainId));
    let hasSigned = false;
    let failure: unknown = null;
    for (let first = 0; first < due.length; first += AT_ONCE) {
      const some = due
        .slice(first, first + AT_ONCE)
        .map((sweep) => this.unlessBusy(this.advance(chain, sweep, circumstances)));
      const results = await Promise.allSettled(some);
      hasSigned ||= results.some((result) => result.status === 'fulfilled' && result.value);
      const failed = results.find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected') failure ??= failed.reason;
    }
    // Told when all have had their turn: one that cannot be moved on keeps no other waiting.
    if (failure !== null) throw failure as Error;
    return hasSigned;
  }

  private async advance(chain: ChainConfig, sweep: Sweep, circumstances: Circumstances): Promise<boolean> {
    const { from, tokenAddress } = sweep;
    const dear = dearGas(chain, circumstances.quote);
    if (dear !== null) return this.wait(sweep, dear);
    const { final } = await this.balances.available(chain, circumstances.extent, from, tokenAddress);
    if (final === 0n) return this.drop(chain, sweep);
    const most = await this.limits.mostFor(this.dataSource.manager, chain, tokenAddress, final);
    if (typeof most !== 'bigint') return this.wait(sweep, most);
    return tokenAddress === null
      ? this.native(chain, sweep, circumstances, { final, most })
      : this.token(chain, sweep, circumstances, { final, most });
  }

  private async native(
    chain: ChainConfig,
    sweep: Sweep,
    circumstances: Circumstances,
    { final, most }: { final: bigint; most: bigint },
  ): Promise<boolean> {
    const { from, treasury: to } = sweep;
    const prepared = await this.preparations.ofDrain(chain, circumstances.quote, { from, to, amount: final });
    if (prepared.state === 'refused') return this.fail(chain, sweep, prepared.reason);
    const { gasLimit, fees, cost } = prepared;
    const all = final - cost;
    if (all <= 0n) {
      const reason = `it is ${final} wei, and to sweep it costs ${cost}`;
      return this.wait(sweep, { code: 'fee_share', reason });
    }
    const amount = all < most ? all : most;
    const order = { amount, isComplete: amount === all, isDrain: true, gasLimit, fees };
    return this.sign(chain, sweep, circumstances, order);
  }

  private async token(
    chain: ChainConfig,
    sweep: Sweep,
    circumstances: Circumstances,
    { final, most }: { final: bigint; most: bigint },
  ): Promise<boolean> {
    const { from, treasury: to, tokenAddress } = sweep;
    const amount = final < most ? final : most;
    const prepared = await this.preparations.of(chain, circumstances.quote, {
      from,
      to,
      tokenAddress,
      amount,
    });
    if (prepared.state === 'refused') return this.fail(chain, sweep, prepared.reason);
    if (prepared.state === 'needs_gas') return this.fund(chain, sweep, prepared.missing);
    const { gasLimit, fees } = prepared;
    return this.sign(chain, sweep, circumstances, {
      amount,
      isComplete: amount === final,
      isDrain: false,
      gasLimit,
      fees,
    });
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
    return this.wait(sweep, { code: funding.why, reason });
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
      await manager.update(
        Sweep,
        { id: sweep.id },
        {
          state: 'sent',
          amount: order.amount,
          isComplete,
          takenAtBlock: extent.scanned.number,
          outgoingId: outgoing.id,
          reasonCode: null,
          reason: null,
          updatedAt: new Date(),
        },
      );
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

  /**
   * Holds the address, and sees to it that nothing else is done with its money: no refund, and no other process that
   * moved this sweep on.
   * @throws NotFreeError
   */
  private async free(manager: EntityManager, sweep: Sweep): Promise<void> {
    await holdAddress(manager, sweep.chainId, sweep.from);
    const now = await this.sweeps.lock(manager, sweep.id);
    if (now.state !== sweep.state) throw new NotFreeError();
    if ((await this.refunds.openAmong([sweep.paymentId], manager)).size > 0) throw new NotFreeError();
  }

  private async wait(sweep: Sweep, { code, reason }: Obstacle): Promise<false> {
    const row = { state: 'waiting' as const, reasonCode: code, reason, updatedAt: new Date() };
    await this.dataSource.manager.update(Sweep, { id: sweep.id, state: sweep.state }, row);
    return false;
  }

  /** Nothing is there any more, or a node is behind: what was only planned is planned anew when there is something. */
  private async drop(chain: ChainConfig, sweep: Sweep): Promise<false> {
    if (sweep.state !== 'planned') return this.fail(chain, sweep, 'nothing is at the address any more');
    await this.dataSource.manager.update(
      Sweep,
      { id: sweep.id, state: 'planned' },
      { state: 'waiting', reason: 'nothing that is final is at the address', updatedAt: new Date() },
    );
    return false;
  }

  private async fail(chain: ChainConfig, sweep: Sweep, reason: string): Promise<false> {
    const row = { state: 'failed' as const, reason, updatedAt: new Date(), finishedAt: new Date() };
    await this.dataSource.manager.update(Sweep, { id: sweep.id, state: sweep.state }, row);
    const { id, from, paymentId, tokenAddress } = sweep;
    const line = { chain: chain.name, sweep: id, payment_id: paymentId, from, token: tokenAddress, reason };
    this.logger.error(line, 'sweep failed');
    return false;
  }
}

/** Somebody else does something with the address, or has moved the sweep on: what was to be done is looked at again. */
class NotFreeError extends Error {}

/** Tokens before the native asset, which may pay for their gas; nothing where a transfer is on its way. */
function nextOfEach(sweeps: readonly Sweep[]): Sweep[] {
  const byAddress = new Map<string, Sweep[]>();
  for (const sweep of sweeps) byAddress.set(sweep.from, [...(byAddress.get(sweep.from) ?? []), sweep]);
  return [...byAddress.values()].flatMap((own) => {
    if (own.some(({ state }) => state === 'sent')) return [];
    const rank = ({ state, tokenAddress }: Sweep) =>
      state === 'funding' ? 0 : tokenAddress === null ? 2 : 1;
    const [next] = [...own].sort((a, b) => rank(a) - rank(b));
    return next ? [next] : [];
  });
}
