import { Injectable } from '@nestjs/common';
import { ChainService } from '../chain/chain.service.js';
import { toAddress, type TokenAddress } from '../ids/ids.js';
import { PaymentChanges } from '../payments/payment-changes.js';
import { type PaymentView } from '../payments/payment.view.js';
import { PaymentsService } from '../payments/payments.service.js';
import { type ChainHead, DevChainControl } from './dev-chain-control.js';
import { NothingDueError, NothingToReorgError, UnknownTokenError } from './dev-tools.errors.js';
import { databaseClock } from '../database/database-clock.js';

export interface DevPaid {
  tx_hash: string;
  /** Base units. */
  amount: string;
}

/** Has happen to a payment on the dev chain what customers, time and chains do to it elsewhere. */
@Injectable()
export class DevPayments {
  constructor(
    private readonly chain: DevChainControl,
    private readonly payments: PaymentsService,
    private readonly changes: PaymentChanges,
    private readonly chains: ChainService,
  ) {}

  /** Whose payment it is, for the command line, which acts for everybody. @throws PaymentNotFoundError */
  merchantOf(id: string): Promise<string> {
    return this.payments.merchantOf(id);
  }

  /**
   * Pays it, as its customer would.
   * @param amount base units; null: what is still due
   * @throws PaymentNotFoundError, NothingDueError
   */
  async pay(merchantId: string, id: string, amount: bigint | null): Promise<DevPaid> {
    const payment = await this.payments.get(merchantId, id);
    const due = BigInt(payment.amount) - BigInt(payment.amount_received);
    if (amount === null && due <= 0n) throw new NothingDueError(id);
    const sent = amount ?? due;
    const token = await this.tokenOf(payment.token_id);
    return {
      tx_hash: await this.chain.send(toAddress(payment.address), sent, token),
      amount: `${sent}`,
    };
  }

  /**
   * Ends its time now, and mines the block by which that is seen.
   * @throws PaymentNotFoundError, PaymentNotExtendableError: it does not wait for money
   */
  async expire(merchantId: string, id: string): Promise<PaymentView> {
    // Blocks have whole seconds: the next one is later than the end of the last second.
    const lastSecond = Math.floor(databaseClock.nowMs() / 1_000) * 1_000 - 1;
    const view = await this.changes.endAt(merchantId, id, new Date(lastSecond));
    await this.chain.mine(1);
    return view;
  }

  /**
   * Takes the blocks back that its money is in.
   * @throws PaymentNotFoundError, NothingToReorgError
   */
  async reorg(merchantId: string, id: string): Promise<ChainHead> {
    const { transfers } = await this.payments.get(merchantId, id);
    if (transfers.length === 0) throw new NothingToReorgError(id);
    const first = Math.min(...transfers.map(({ block_number: number }) => number));
    const { number } = await this.chain.head();
    return this.chain.reorg(number - first + 1);
  }

  /** Gives money to an address. @param tokenId null: the native asset @throws UnknownTokenError */
  async give(to: string, amount: bigint, tokenId: string | null): Promise<DevPaid> {
    const token = await this.tokenOf(tokenId);
    return {
      tx_hash: await this.chain.send(toAddress(to.toLowerCase()), amount, token),
      amount: `${amount}`,
    };
  }

  private async tokenOf(id: string | null): Promise<TokenAddress | null> {
    if (id === null) return null;
    const token = await this.chains.findToken(id);
    if (token === null) throw new UnknownTokenError(id);
    return token.address;
  }
}
