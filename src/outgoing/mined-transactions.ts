import { Injectable, Logger } from '@nestjs/common';
import { type Receipt } from '../chain/accounts/chain-accounts.js';
import { ScannedChain } from '../scanner/scanned-chain.js';
import { finalBlockOf } from './final-block.js';
import { type Round } from './movers.js';
import { OutgoingAttempt } from './outgoing-attempt.entity.js';
import { named } from './outgoing-log.js';
import { OutgoingRecords } from './outgoing-records.js';
import { type OutgoingRecord } from './outgoing.repository.js';
import { outcomeOf, partsOutcome, whyFailed } from './outcome.js';

/** What was mined: noted, and ended once its block is final. */
@Injectable()
export class MinedTransactions {
  private readonly logger = new Logger('Outgoing');

  constructor(
    private readonly scanned: ScannedChain,
    private readonly records: OutgoingRecords,
  ) {}

  async note(
    { chain, extent }: Round,
    { outgoing, attempts, parts: before }: OutgoingRecord,
    receipt: Receipt,
  ): Promise<void> {
    const { amount } = attempts.find(({ txHash }) => txHash === receipt.txHash) as OutgoingAttempt;
    const row = {
      ...outgoing,
      ...outcomeOf(outgoing, receipt, amount),
      state: 'mined' as const,
      reason: null,
    };
    const parts = partsOutcome(outgoing, before, receipt);
    const isFinal =
      receipt.blockNumber <= finalBlockOf(chain, extent, row, parts) &&
      (await this.scanned.has(chain, { number: receipt.blockNumber, hash: receipt.blockHash }));
    if (isFinal) return this.records.end(chain, row, parts, whyFailed(row));
    if (outgoing.state === 'mined' && outgoing.blockHash === receipt.blockHash) return;
    await this.records.save(chain, row, parts);
    this.logger.log({ ...named(chain, row), block: row.blockNumber }, 'transaction mined');
  }
}
