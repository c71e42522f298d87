import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { type GasQuote } from '../../chain/accounts/chain-accounts.js';
import { expectedPrice, type Fees } from '../../outgoing/fees.js';
import { GasTank } from '../../outgoing/gas-tank.js';
import { type Moved, type Round } from '../../outgoing/movers.js';
import { OutgoingSigner } from '../../outgoing/outgoing-signer.js';
import { OutgoingRepository } from '../../outgoing/outgoing.repository.js';
import { sideBySide } from '../../outgoing/side-by-side.js';
import { NotSignedError } from '../../outgoing/signing-gate.js';
import { type FeeShare } from '../../outgoing/signing-rules.js';
import { SlowItems } from '../../outgoing/slow-items.js';
import { type ExpectedCost, tryDrain, tryTransfer } from '../../outgoing/transfer-trial.js';
import { SweepStates } from '../sweep-states.js';
import { Sweep } from '../sweep.entity.js';
import { MostFee } from './most-fee.js';
import { type Due, type SweepPath, whatFailed } from './sweep-path.js';

/** What is about to be signed. */
interface Order {
  amount: bigint;
  isComplete: boolean;
  takenTransfers: readonly string[];
  isDrain: boolean;
  gasLimit: bigint;
  fees: Fees;
  fee: FeeShare;
  balance: { has: bigint; needed: bigint };
}

/** Each deposit address sends what it has: gas first where it is needed, then the transfer. On every chain, of every asset. */
@Injectable()
export class SingleTransfers implements SweepPath {
  private readonly slow = new SlowItems();

  constructor(
    private readonly mostFee: MostFee,
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly states: SweepStates,
    private readonly outgoing: OutgoingRepository,
    private readonly tank: GasTank,
    private readonly signer: OutgoingSigner,
  ) {}

  async move(round: Round, due: readonly Due[]): Promise<Moved> {
    const { done, failures } = await sideBySide(
      due,
      ({ sweep }) => whatFailed(sweep),
      (one) => this.moveOne(round, one),
      { slow: this.slow },
    );
    return { hasSigned: done.includes(true), failures };
  }

  private async moveOne(round: Round, one: Due): Promise<boolean> {
    try {
      return await (one.sweep.tokenAddress === null ? this.native(round, one) : this.token(round, one));
    } catch (error) {
      if (error instanceof NotFreeError) return false;
      if (error instanceof NotSignedError) return this.states.notSigned(one.sweep, error);
      throw error;
    }
  }

  private async native(round: Round, { sweep, final, most, isWhole, transferIds }: Due): Promise<boolean> {
    const { from, treasury: to } = sweep;
    const trial = await tryDrain(round, { from, to, amount: final });
    if (trial.state === 'refused') return this.states.fail(round.chain, sweep, trial.reason);
    const { gasLimit, fees, cost } = trial;
    const all = final - cost;
    if (all <= 0n) {
      const reason = `it is ${final} wei, and to sweep it costs ${cost}`;
      return this.states.wait(sweep, { code: 'fee_share', reason });
    }
    const amount = all < most ? all : most;
    const moving = amount + cost;
    return this.sign(round, sweep, {
      amount,
      isComplete: isWhole && amount === all,
      takenTransfers: transferIds,
      isDrain: true,
      gasLimit,
      fees,
      fee: { expected: cost, most: await this.mostFee.of(round.chain, sweep, moving) },
      balance: { has: final, needed: moving },
    });
  }

  private async token(round: Round, due: Due): Promise<boolean> {
    const { sweep, final, most: amount, isWhole, transferIds } = due;
    const { from, treasury: to, tokenAddress } = sweep;
    const taken = () => this.tank.priceSentAt(round.chain.chainId, from);
    const trial = await tryTransfer(round, { from, to, tokenAddress, amount }, { taken });
    if (trial.state === 'refused') return this.states.fail(round.chain, sweep, trial.reason);
    const feeAt = await this.feeOf(round, sweep, amount, trial);
    if (trial.state === 'needs_gas') return this.fund(round, sweep, trial.neededAt, feeAt);
    const { gasLimit, fees } = trial;
    return this.sign(round, sweep, {
      amount,
      isComplete: isWhole && amount === final,
      takenTransfers: transferIds,
      isDrain: false,
      gasLimit,
      fees,
      fee: feeAt(round.quote, 0n),
      balance: { has: final, needed: amount },
    });
  }

  private async fund(
    { chain }: Round,
    sweep: Sweep,
    neededAt: (quote: GasQuote) => bigint,
    feeAt: (quote: GasQuote, fundingWei: bigint) => FeeShare,
  ): Promise<boolean> {
    const gas = { to: sweep.from, neededAt, subjectId: sweep.id, feeAt };
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

  private async sign(
    { chain }: Round,
    sweep: Sweep,
    { isComplete, takenTransfers, ...moved }: Order,
  ): Promise<boolean> {
    const { from, derivationIndex, treasury, tokenAddress } = sweep;
    const { chainId } = chain;
    const nodeNonce = await this.signer.nodeNonce(chain, from);
    await this.dataSource.transaction(async (manager) => {
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
        amount: moved.amount,
        isComplete,
        takenTransfers,
        outgoingId: outgoing.id,
      });
    });
    return true;
  }

  /** What a token's sweep costs in all by a price: what was paid for it so far, its transfer, and gas that is still to be sent. */
  private async feeOf(
    round: Round,
    sweep: Sweep,
    amount: bigint,
    { expectedGas, dataFee }: ExpectedCost,
  ): Promise<(quote: GasQuote, fundingWei: bigint) => FeeShare> {
    const paid = await this.outgoing.feeOf(this.dataSource.manager, sweep.id);
    const most = await this.mostFee.of(round.chain, sweep, amount);
    return (quote, fundingWei) => ({
      expected: paid + expectedGas * expectedPrice(quote) + dataFee + fundingWei,
      most,
    });
  }

  /** @throws NotFreeError */
  private async free(manager: EntityManager, sweep: Sweep): Promise<void> {
    if (!(await this.states.isFree(manager, sweep))) throw new NotFreeError();
  }
}

/** Somebody else does something with the address, or has moved the sweep on: what was to be done is looked at again. */
class NotFreeError extends Error {}
