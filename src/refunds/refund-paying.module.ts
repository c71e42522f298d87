import { Module } from '@nestjs/common';
import { HoldingsModule } from '../ledger/ledger.module.js';
import { OutgoingLoopModule } from '../outgoing/outgoing-loop.module.js';
import { OutgoingModule } from '../outgoing/outgoing.module.js';
import { ChainFactsModule } from '../payments/chain-facts.module.js';
import { KeysModule } from '../wallet/keys.module.js';
import { PayoutCover } from './payout-cover.js';
import { RefundCosts } from './refund-costs.js';
import { RefundCover } from './refund-cover.js';
import { RefundFromDeposit } from './refund-from-deposit.js';
import { RefundFromPayout } from './refund-from-payout.js';
import { RefundMover } from './refund-mover.js';
import { RefundResults } from './refund-results.js';
import { RefundSigning } from './refund-signing.js';
import { RefundStates } from './refund-states.js';
import { RefundsModule } from './refunds.module.js';

/** What the role `sweeper` does of refunds: pays them. */
@Module({
  imports: [ChainFactsModule, HoldingsModule, KeysModule, OutgoingLoopModule, OutgoingModule, RefundsModule],
  providers: [
    PayoutCover,
    RefundCosts,
    RefundCover,
    RefundFromDeposit,
    RefundFromPayout,
    RefundMover,
    RefundResults,
    RefundSigning,
    RefundStates,
  ],
})
export class RefundPayingModule {}
