import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { type Round } from '../outgoing/movers.js';
import { OutgoingRepository } from '../outgoing/outgoing.repository.js';
import { tryTransfer } from '../outgoing/transfer-trial.js';
import { Keys } from '../wallet/keys.js';
import { fails, type RefundOutcome, waits } from './refund-outcome.js';
import { RefundSigning } from './refund-signing.js';
import { type Refund } from './refund.entity.js';

/** A refund of money that has left its deposit address. */
@Injectable()
export class RefundFromPayout {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly keys: Keys,
    private readonly outgoing: OutgoingRepository,
    private readonly signing: RefundSigning,
  ) {}

  /** @throws RpcError */
  async pay(round: Round, refund: Refund): Promise<RefundOutcome> {
    const account = { kind: 'payout' } as const;
    if (!this.keys.has('payout')) {
      return fails('the money has left its deposit address, and PAYOUT_PRIVATE_KEY is not set');
    }
    const from = this.keys.addressOf(account);
    const { to, tokenAddress, amount } = refund;
    const { chainId, accounts } = round.chain;
    const after = round.extent.scanned;
    const [has, wei, promised] = await Promise.all([
      accounts.balance(from, tokenAddress, after.hash),
      accounts.balance(from, null, after.hash),
      this.outgoing.promisedBy(this.dataSource.manager, chainId, from, tokenAddress),
    ]);
    if (has - promised < amount) {
      return waits(`the payout account ${from} has ${has - promised}, and ${amount} are asked of it`);
    }
    const trial = await tryTransfer(round, { from, to, tokenAddress, amount });
    if (trial.state === 'refused') return fails(trial.reason);
    if (trial.state === 'ready')
      return this.signing.sign(
        round,
        refund,
        { account, from, promised: null, wei: { has: wei, after: after.number } },
        trial,
        has,
      );
    return waits(`the payout account ${from} lacks ${trial.missing} wei for gas`);
  }
}
