import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { confirmationsOf } from '../chain/confirmations.js';
import { type ChainConfig } from '../config/chains.js';
import { type BlockMoney, RefundSubjects } from '../payments/refund-subjects.js';
import { losesNothing, type PaidBack, tooShallow } from './payout-tiers.js';
import { RefundQueries } from './refund-queries.js';
import { type Refund } from './refund.entity.js';

/** Whether the payout account may pay a refund now, by what it paid of other payments whose money is not deep yet. */
@Injectable()
export class PayoutCover {
  constructor(
    private readonly subjects: RefundSubjects,
    private readonly queries: RefundQueries,
  ) {}

  /**
   * For a caller that holds the payout account.
   * @param agreedNumber the last block that the endpoints do not disagree on: one of them can make up any number above it
   * @returns what it waits for; null: nothing
   */
  async whyNotYet(
    manager: EntityManager,
    refund: Refund,
    chain: ChainConfig,
    agreedNumber: number,
  ): Promise<string | null> {
    const { tokenAddress, paymentId, amount } = refund;
    const confirmations = confirmationsOf(chain, tokenAddress);
    // What the chain's own finality decides is final, however much it is.
    if (confirmations.kind !== 'blocks') return null;
    const { tiers } = confirmations;
    const deepest = tiers.at(-1)?.blocks ?? 0;
    const lowest = agreedNumber - deepest + 1;
    const ownLatest = await this.subjects.moneyAbove(manager, refund, lowest, [paymentId]);
    const own = (await this.paidBack(manager, refund, ownLatest)).get(paymentId) as PaidBack;
    const withThis = { ...own, all: own.all + amount, byPayout: own.byPayout + amount };
    // Mostly no reorg of so few blocks takes anything that this would lack: the others need not be looked at.
    if (losesNothing(withThis, tiers, agreedNumber)) return null;
    const latest = await this.subjects.moneyAbove(manager, refund, lowest, null);
    const paid = await this.paidBack(manager, refund, latest);
    paid.delete(paymentId);
    const shallow = tooShallow(withThis, [...paid.values()], tiers, agreedNumber);
    if (shallow === null) return null;
    return `with this the payout account pays more than it may of money that is less than ${shallow.blocks} blocks deep: that is waited for`;
  }

  /** Of the refund's own payment, and of each that something came to of late, and of which the payout account paid some. */
  private async paidBack(
    manager: EntityManager,
    refund: Refund,
    latest: ReadonlyMap<string, BlockMoney[]>,
  ): Promise<Map<string, PaidBack>> {
    const given = await this.queries.givenBackBy(manager, refund, [...latest.keys()]);
    const ids = [...new Set([refund.paymentId, ...given.keys()])];
    const there = await this.subjects.moneyThere(manager, refund, ids);
    return new Map(
      ids.map((id) => [
        id,
        {
          ...(given.get(id) ?? { all: 0n, byPayout: 0n }),
          there: there.get(id) ?? 0n,
          latest: latest.get(id) ?? [],
        },
      ]),
    );
  }
}
