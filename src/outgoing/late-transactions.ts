import { Inject, Injectable } from '@nestjs/common';
import { type GasQuote } from '../chain/accounts/chain-accounts.js';
import { type Chain } from '../chain/chain.js';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { databaseClock } from '../database/database-clock.js';
import { Broadcasts } from './broadcasts.js';
import { GivenUpNonces } from './given-up-nonces.js';
import { type OutgoingAttempt } from './outgoing-attempt.entity.js';
import { OutgoingMetrics } from './outgoing-metrics.js';
import { type OutgoingRecord } from './outgoing.repository.js';
import { Replacements } from './replacements.js';

/** What becomes of a transaction that is its account's next and is not mined in time. */
@Injectable()
export class LateTransactions {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly broadcasts: Broadcasts,
    private readonly replacements: Replacements,
    private readonly givenUp: GivenUpNonces,
    private readonly metrics: OutgoingMetrics,
  ) {}

  /**
   * Signs it again with a higher fee, or gives it up where no node will ever take it, once its last attempt has waited for
   * too long.
   * @returns whether other bytes are signed for it; to broadcast them is the caller's
   * @throws RpcError
   */
  async signAgain(chain: Chain, record: OutgoingRecord, quote: GasQuote): Promise<boolean> {
    if (!this.isLate(record)) return false;
    if (this.broadcasts.isHopeless(record)) return this.givenUp.giveUp(chain, record, quote);
    const isReplaced = await this.replacements.replaceLate(chain, record, quote);
    if (isReplaced) this.metrics.bumped(chain.name);
    return isReplaced;
  }

  private isLate({ outgoing: { reopenedAt }, attempts }: OutgoingRecord): boolean {
    const { signedAt } = attempts.at(-1) as OutgoingAttempt;
    const waitsSince = Math.max(signedAt.getTime(), reopenedAt?.getTime() ?? 0);
    return databaseClock.nowMs() - waitsSince >= this.settings.sweepBumpAfterMs;
  }
}
