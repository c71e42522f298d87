import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { confirmationsOf, requiredConfirmations } from '../chain/confirmations.js';
import { Token } from '../chain/tokens/token.entity.js';
import { type ChainConfig } from '../config/chains.js';
import { CHAINS } from '../config/configuration.module.js';
import { skippedAmong, type WatchedSkip } from '../wallet/skipped-addresses.js';
import { isAbsurd } from './counting.js';
import { type ObservedTransfer } from './observed-transfer.js';
import { onlyOption } from './only-option.js';
import { PaymentOption } from './payment-option.entity.js';
import { newPageToken } from './pay-page.js';
import { LONG_PAST } from './lost-payment.js';
import { Payment } from './payment.entity.js';
import { type ChainId } from '../ids/ids.js';
import { databaseClock } from '../database/database-clock.js';

interface Arrivals {
  chainId: ChainId;
  transfers: readonly ObservedTransfer[];
}

/**
 * Payments that were made after the backup that was restored. What they were for is lost, and their customers pay them
 * all the same: the first money at such an address has its payment made again, as one that expired long ago, so that the
 * money is an unassigned deposit like any other, and can be told of, accepted and refunded.
 */
@Injectable()
export class LostPayments {
  constructor(@Inject(CHAINS) private readonly chains: readonly ChainConfig[]) {}

  /**
   * @param known the payments that the transfers' recipients have
   * @returns those made again
   */
  async recover(
    manager: EntityManager,
    { chainId, transfers }: Arrivals,
    known: readonly Payment[],
  ): Promise<Payment[]> {
    const taken = new Set(known.map(({ address }) => address));
    const open = [...new Set(transfers.map(({ to }) => to))].filter((to) => !taken.has(to));
    const made: Payment[] = [];
    for (const skip of await skippedAmong(manager, open)) {
      const first = transfers.find((one) => one.to === skip.address && one.amount > 0n && !isAbsurd(one));
      const payment = first && (await this.paymentFor(manager, chainId, skip, first));
      if (!payment) continue;
      await manager.save(payment);
      await manager.save(manager.create(PaymentOption, onlyOption(payment)));
      made.push(payment);
    }
    return made;
  }

  private async paymentFor(
    manager: EntityManager,
    chainId: ChainId,
    skip: WatchedSkip,
    { tokenAddress, amount }: ObservedTransfer,
  ): Promise<Payment | null> {
    const chain = this.chains.find((one) => one.chainId === chainId);
    const token =
      tokenAddress === null ? null : await manager.findOneBy(Token, { chainId, address: tokenAddress });
    if (!chain || (tokenAddress !== null && token === null)) return null;
    return manager.create(Payment, {
      id: uuidv7(),
      merchantId: skip.merchantId,
      chainId,
      chain: chain.name,
      tokenId: token?.id ?? null,
      address: skip.address,
      depositScheme: skip.depositScheme,
      depositParameters: null,
      derivationIndex: skip.derivationIndex,
      amount,
      underpaymentToleranceBps: 0,
      priceAmount: null,
      priceCurrency: null,
      priceDecimals: null,
      priceChain: null,
      unavailable: null,
      chosenOption: null,
      amountReceived: 0n,
      amountConfirmed: 0n,
      status: 'expired',
      exception: null,
      confirmations: 0,
      requiredConfirmations: requiredConfirmations(confirmationsOf(chain, tokenAddress), amount),
      pageToken: newPageToken(),
      successUrl: null,
      cancelUrl: null,
      linkId: null,
      linkAnswers: null,
      linkSite: null,
      reference: null,
      metadata: { lost_payment: `its address was given out, or passed over: ${skip.reason}` },
      version: 1,
      expiresAt: LONG_PAST,
      cancelledAt: null,
      failedAt: null,
      createdAt: databaseClock.now(),
    });
  }
}
