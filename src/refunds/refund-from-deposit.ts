import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { Holdings } from '../ledger/holdings.js';
import { paidBeyondGas } from '../outgoing/gas-left.js';
import { type Funding, GasTank } from '../outgoing/gas-tank.js';
import { type Round } from '../outgoing/movers.js';
import { type Trial, tryTransfer } from '../outgoing/transfer-trial.js';
import { Semaphore } from '../process/semaphore.js';
import { Keys } from '../wallet/keys.js';
import { BUSY, fails, type RefundOutcome, SIGNED, waits } from './refund-outcome.js';
import { isNative, RefundSigning } from './refund-signing.js';
import { Refund } from './refund.entity.js';
import { RefundsRepository } from './refunds.repository.js';

/** They wait for one another at the tank: all at once would use up the pool. */
const FUNDED_AT_ONCE = 4;
const NO_KEYS = 'there is neither GAS_TANK_PRIVATE_KEY nor PAYOUT_PRIVATE_KEY';

/**
 * A refund that its deposit address pays, because the money is still there. With a gas tank, its gas is not paid of what
 * another refund is to be paid with. What fees took all the same, before that was asked for, the tank makes up for.
 */
@Injectable()
export class RefundFromDeposit {
  private readonly fundings = new Semaphore(FUNDED_AT_ONCE);

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly keys: Keys,
    private readonly holdings: Holdings,
    private readonly refunds: RefundsRepository,
    private readonly tank: GasTank,
    private readonly signing: RefundSigning,
  ) {}

  /** @returns null: it has to come from elsewhere. @throws RpcError */
  async pay(round: Round, refund: Refund): Promise<RefundOutcome | null> {
    const { depositAddress: from, derivationIndex, to, tokenAddress, amount } = refund;
    const { shown, booked, isBelieved } = await this.holdings.after(
      round.chain,
      round.extent.scanned,
      from,
      tokenAddress,
    );
    if (shown < amount && !isBelieved) {
      return waits(`${booked} are booked at the deposit address, and nodes show ${shown}`);
    }
    if (!this.keys.has('deposit')) return null;
    const lacking = amount - shown;
    if (lacking > 0n && !(await this.isLostToFees(refund, shown, lacking))) return null;
    const promised = await this.promised(refund);
    const taken = () => this.tank.priceSentAt(round.chain.chainId, from);
    const trial = await tryTransfer(
      round,
      { from, to, tokenAddress, amount },
      { promised: promised ?? 0n, taken },
    );
    if (trial.state === 'refused') return fails(trial.reason);
    if (trial.state === 'needs_gas') {
      const why = whyNoGas({ promised, lacking });
      return this.fund(round, refund, trial, why);
    }
    const account = { kind: 'deposit' as const, derivationIndex };
    return this.signing.sign(round, refund, { account, from, promised, wei: null }, trial, shown);
  }

  /** Whether the address lacks no more of native money than it paid for gas, of what was not sent to it for that. */
  private async isLostToFees(refund: Refund, shown: bigint, lacking: bigint): Promise<boolean> {
    // What was swept as a whole is not there any more.
    if (!isNative(refund) || shown === 0n) return false;
    const { chainId, depositAddress } = refund;
    return lacking <= (await paidBeyondGas(this.dataSource.manager, chainId, depositAddress));
  }

  /** Where no tank could pay instead, the first asked for goes first, rather than none. */
  private async promised(refund: Refund): Promise<bigint | null> {
    return this.tank.address === null
      ? null
      : this.refunds.promisedAt(this.dataSource.manager, refund, refund.id);
  }

  /** @param why the address has no gas, in words */
  private async fund(
    { chain }: Round,
    refund: Refund,
    trial: Extract<Trial, { state: 'needs_gas' }>,
    why: string,
  ): Promise<RefundOutcome | null> {
    const feeAt = await this.signing.feeAt(refund, trial);
    const gas = { to: refund.depositAddress, neededAt: trial.neededAt, subjectId: refund.id, feeAt };
    const noted = async (manager: EntityManager) => {
      const { state } = await this.refunds.lock(manager, refund);
      if (state !== 'created') throw new NotWaitingError();
      await manager.update(Refund, { id: refund.id }, { isGasSettled: isNative(refund) });
    };
    const funding = await unlessGone(this.fundings.hold(() => this.tank.fund(chain, gas, noted)));
    if (funding === null) return BUSY;
    if (funding.state === 'signed') return SIGNED;
    if (funding.state === 'under_way') {
      return waits('gas is on its way to the deposit address, or dearer for now than what was sent');
    }
    if (this.keys.has('payout')) return null;
    const isThere = funding.why !== 'no_gas_tank';
    return waits(isThere ? `${why}, and the gas tank cannot pay for it` : `${why}, and ${NO_KEYS}`);
  }
}

/** It was cancelled while its gas was made ready. */
class NotWaitingError extends Error {}

/** Null: nobody wants the gas any more. */
async function unlessGone(funding: Promise<Funding>): Promise<Funding | null> {
  try {
    return await funding;
  } catch (error) {
    if (error instanceof NotWaitingError) return null;
    throw error;
  }
}

function whyNoGas({ promised, lacking }: { promised: bigint | null; lacking: bigint }): string {
  if (lacking > 0n) return `of what was at the deposit address ${lacking} wei were paid for gas`;
  if (promised) return 'the deposit address has no gas but what other refunds are to be paid with';
  return 'the deposit address has no gas';
}
