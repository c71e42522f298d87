import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { inOneMoment } from '../database/one-moment.js';
import { type GasQuote } from '../chain/accounts/chain-accounts.js';
import { expectedPrice } from '../outgoing/fees.js';
import { type Round } from '../outgoing/movers.js';
import { isAnyOpenFrom } from '../outgoing/open-transactions.js';
import { OutgoingSigner } from '../outgoing/outgoing-signer.js';
import { holdAddress, weiPromisedBy } from '../outgoing/outgoing.repository.js';
import { type FeeShare } from '../outgoing/signing-rules.js';
import { type ExpectedCost, type Trial } from '../outgoing/transfer-trial.js';
import { Semaphore } from '../process/semaphore.js';
import { type Account } from '../wallet/keys.js';
import { RefundAnnouncements } from './refund-announcements.js';
import { RefundCosts } from './refund-costs.js';
import { RefundCover } from './refund-cover.js';
import { BUSY, fails, type RefundOutcome, SIGNED, waits } from './refund-outcome.js';
import { Refund } from './refund.entity.js';
import { RefundsRepository } from './refunds.repository.js';
import { type Address } from '../ids/ids.js';
import { databaseClock } from '../database/database-clock.js';

/** Where a refund's money comes from. */
interface Source {
  account: Account;
  /** Lower-case. */
  from: Address;
  /** Wei that its gas is not paid of, as other refunds are to be paid with them; null: that does not matter. */
  promised: bigint | null;
  /** Wei that an account has after a block which signs one transaction after the other; null: it signs one at a time. */
  wei: { has: bigint; after: number } | null;
}

/** Transactions at once: those that wait for one another at the same account would use up the pool. */
const SIGNED_AT_ONCE = 4;

/** Signs a refund's transfer, and tells of it, in one transaction. */
@Injectable()
export class RefundSigning {
  private readonly turns = new Semaphore(SIGNED_AT_ONCE);

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly refunds: RefundsRepository,
    private readonly cover: RefundCover,
    private readonly costs: RefundCosts,
    private readonly signer: OutgoingSigner,
    private readonly announcements: RefundAnnouncements,
  ) {}

  /**
   * @param has base units of the refund's asset at the source
   * @throws NotSignedError, RpcError
   */
  async sign(
    round: Round,
    refund: Refund,
    { account, from, promised, wei }: Source,
    { gasLimit, fees, dataFee }: Extract<Trial, { state: 'ready' }>,
    has: bigint,
  ): Promise<RefundOutcome> {
    const { id, to, tokenAddress, amount } = refund;
    const { chain, quote } = round;
    const { chainId } = chain;
    const nodeNonce = await this.signer.nodeNonce(chain, from);
    const signed = async (manager: EntityManager): Promise<RefundOutcome> => {
      // In one order everywhere: the account that pays, then deposit addresses, then payments.
      await holdAddress(manager, chainId, from);
      await holdAddress(manager, chainId, refund.depositAddress);
      const now = await this.refunds.lock(manager, refund);
      if (now.state !== 'created' || (await isAnyOpenFrom(manager, chainId, refund.depositAddress)))
        return BUSY;
      if (promised !== null && (await this.refunds.promisedAt(manager, now, id)) > promised) return BUSY;
      if (wei !== null) {
        const others = await weiPromisedBy(manager, chainId, from, wei.after);
        const needed = gasLimit * fees.maxFeePerGas + (isNative(refund) ? amount : 0n);
        const lacking = others.wei + needed + (others.transactions + 1n) * dataFee - wei.has;
        if (lacking > 0n) return waits(`the payout account ${from} lacks ${lacking} wei for gas`);
      }
      const source = account.kind === 'deposit' ? 'deposit' : 'payout';
      const lack = await this.cover.lackOf(manager, refund, source, round);
      if (lack !== null) return lack.isForGood ? fails(lack.reason) : waits(lack.reason);
      const fee = await this.costs.share(manager, now, gasLimit * expectedPrice(quote) + dataFee);
      const tooDear = this.costs.whyTooDear(fee);
      if (tooDear !== null) return waits(tooDear);
      const outgoing = await this.signer.sign(manager, {
        chainId,
        purpose: 'refund',
        subjectId: id,
        account,
        from,
        recipient: to,
        tokenAddress,
        amount,
        isDrain: false,
        gasLimit,
        fees,
        nodeNonce,
        fee,
        balance: { has, needed: amount },
      });
      await this.sent(manager, refund, source, outgoing.id);
      return SIGNED;
    };
    return this.turns.hold(() => this.dataSource.transaction(signed));
  }

  /** What a refund costs in all by a price, with gas that is sent for it first. For a caller in no transaction. */
  async feeAt(
    refund: Refund,
    { expectedGas, dataFee }: ExpectedCost,
  ): Promise<(quote: GasQuote, fundingWei: bigint) => FeeShare> {
    const { expected: paid, most } = await inOneMoment(this.dataSource, (manager) =>
      this.costs.share(manager, refund, dataFee),
    );
    return (quote, fundingWei) => ({
      expected: paid + expectedGas * expectedPrice(quote) + fundingWei,
      most,
    });
  }

  private async sent(
    manager: EntityManager,
    refund: Refund,
    source: 'deposit' | 'payout',
    outgoingId: string,
  ): Promise<void> {
    await manager.update(
      Refund,
      { id: refund.id },
      {
        state: 'sent',
        source,
        outgoingId,
        isGasSettled: source === 'payout' || isNative(refund),
        waitsFor: null,
        sentAt: databaseClock.now(),
      },
    );
    await this.announcements.announce(manager, refund.id);
  }
}

/** Then what is left of its gas is swept with the rest. */
export function isNative({ tokenAddress }: Refund): boolean {
  return tokenAddress === null;
}
