import { Inject, Injectable } from '@nestjs/common';
import { type GasQuote } from '../chain/accounts/chain-accounts.js';
import { type Chain } from '../chain/chain.js';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { databaseClock } from '../database/database-clock.js';
import { GivenUpNonces } from './given-up-nonces.js';
import { type OutgoingAttempt } from './outgoing-attempt.entity.js';
import { OutgoingMetrics } from './outgoing-metrics.js';
import { type OutgoingRecord } from './outgoing.repository.js';
import { Refusals } from './refusals.js';
import { Replacements } from './replacements.js';

/** What becomes of a transaction that is its account's next and is not mined in time. */
@Injectable()
export class LateTransactions {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly refusals: Refusals,
    private readonly replacements: Replacements,
    private readonly givenUp: GivenUpNonces,
    private readonly metrics: OutgoingMetrics,
  ) {}

  /**
   * Signs it again with a higher fee, or gives it up where no node takes it, once its last attempt has waited for too long.
   * @returns whether other bytes are signed for it; to broadcast them is the caller's
   * @throws RpcError
   */
  async signAgain(chain: Chain, record: OutgoingRecord, quote: GasQuote): Promise<boolean> {
    if (!this.isLate(record) || !this.refusals.isKnown(record)) return false;
    if (await this.isRefused(record)) return this.givenUp.giveUp(chain, record, quote);
    // Dearer bytes are refused as well: it waits for gas to be cheaper, with those that cost less.
    if (this.refusals.isAboveCap(record)) return false;
    const isReplaced = await this.replacements.replaceLate(chain, record, quote);
    if (isReplaced) this.metrics.bumped(chain.name);
    return isReplaced;
  }

  /** For good by the words of all, or by all for long, whatever their words. */
  private async isRefused(record: OutgoingRecord): Promise<boolean> {
    return (
      this.refusals.isForGood(record) ||
      (await this.refusals.isForLong(record, this.settings.sweepBumpAfterMs))
    );
  }

  /** Its last attempt, or what reopened it, is so long ago that it would be signed again. */
  isLate({ outgoing: { reopenedAt }, attempts }: OutgoingRecord): boolean {
    const { signedAt } = attempts.at(-1) as OutgoingAttempt;
    const waitsSince = Math.max(signedAt.getTime(), reopenedAt?.getTime() ?? 0);
    return databaseClock.nowMs() - waitsSince >= this.settings.sweepBumpAfterMs;
  }
}
