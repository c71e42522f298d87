import { Inject, Injectable, Logger } from '@nestjs/common';
import { type ChainConfig } from '../config/chains.js';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { RepeatedMessage } from '../process/repeated-message.js';
import { named } from './outgoing-log.js';
import { OutgoingMetrics } from './outgoing-metrics.js';
import { type OutgoingRecord } from './outgoing.repository.js';
import { databaseClock } from '../database/database-clock.js';
import { steadyMs } from '../process/steady-time.js';

const COMPLAIN_EVERY_MS = 60_000;

/** Says how long transactions have waited to be mined, and which of them are stuck. */
@Injectable()
export class StandingWatch {
  private readonly logger = new Logger('Outgoing');
  private readonly complaints = new RepeatedMessage(COMPLAIN_EVERY_MS);

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly metrics: OutgoingMetrics,
  ) {}

  /** @param open all of the chain that are not final */
  look(chain: ChainConfig, open: readonly OutgoingRecord[]): void {
    const now = databaseClock.nowMs();
    const ages = open
      .filter(({ outgoing }) => outgoing.state !== 'mined')
      .map(({ outgoing }) => ({
        outgoing,
        ageMs: now - (outgoing.reopenedAt ?? outgoing.createdAt).getTime(),
      }));
    const stuck = ages.filter(({ ageMs }) => ageMs >= this.settings.sweepStuckAfterMs);
    for (const { outgoing, ageMs } of stuck) {
      if (!this.complaints.isDue(`stuck ${outgoing.id}`, 'stuck', steadyMs())) continue;
      this.logger.error(
        { ...named(chain, outgoing), seconds: Math.round(ageMs / 1000), reason: outgoing.reason },
        'transaction is stuck',
      );
    }
    const oldestMs = Math.max(0, ...ages.map(({ ageMs }) => ageMs));
    this.metrics.standing(chain.name, { open: open.length, stuck: stuck.length, oldestMs });
  }
}
