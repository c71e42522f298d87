import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { type Chain } from '../chain/chain.js';
import { RepeatedMessage } from '../process/repeated-message.js';
import { named } from './outgoing-log.js';
import { OutgoingMetrics } from './outgoing-metrics.js';
import { type OutgoingRecord } from './outgoing.repository.js';
import { type TxHash } from '../ids/ids.js';
import { steadyMs } from '../process/steady-time.js';
import { databaseClock } from '../database/database-clock.js';

/** Bytes that a node has are given to it again after so many block times, in case it forgot them. */
const AGAIN_BLOCKS = 2;
const AGAIN_AT_LEAST_MS = 2_000;
const AGAIN_AT_MOST_MS = 30_000;
const COMPLAIN_EVERY_MS = 60_000;

/** Gives nodes the bytes that were signed and committed, as often as it takes. */
@Injectable()
export class Broadcasts {
  private readonly logger = new Logger('Outgoing');
  private readonly complaints = new RepeatedMessage(COMPLAIN_EVERY_MS);
  /** Hashes of bytes that every endpoint refused for good when they were last given to all, by what they are of. */
  private readonly hopeless = new Map<string, TxHash>();

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly metrics: OutgoingMetrics,
  ) {}

  /** Sends it, unless a node was given it a moment ago. */
  async unlessRecent(chain: Chain, record: OutgoingRecord): Promise<void> {
    const { state, checkedAt } = record.outgoing;
    const isDue =
      state === 'signed' ||
      checkedAt === null ||
      databaseClock.nowMs() - checkedAt.getTime() >= againMs(chain);
    if (isDue) await this.send(chain, record);
  }

  /** Whether every endpoint said of the last bytes signed for it that it will never take them. */
  isHopeless({ outgoing, attempts }: OutgoingRecord): boolean {
    const last = attempts.at(-1);
    return last !== undefined && this.hopeless.get(outgoing.id) === last.txHash;
  }

  /** The last bytes signed for it: they replace those before them. */
  async send(chain: Chain, { outgoing, attempts }: OutgoingRecord): Promise<void> {
    const last = attempts.at(-1);
    if (last === undefined) return;
    const { outcome, words, isForGood } = await chain.accounts.broadcast(last.raw);
    if (isForGood) this.hopeless.set(outgoing.id, last.txHash);
    else this.hopeless.delete(outgoing.id);
    const now = databaseClock.now();
    const isKnown = outcome === 'accepted' || outcome === 'nonce_too_low' || outcome === 'underpriced';
    const reason = isKnown ? null : words;
    await this.dataSource.transaction(async (manager) => {
      await manager.query(
        `UPDATE outgoing_transactions SET state = 'sent', reason = $2, checked_at = $3, sent_at = coalesce(sent_at, $3)
         WHERE id = $1 AND state IN ('signed', 'sent')`,
        [outgoing.id, reason, now],
      );
      await manager.query(
        'UPDATE outgoing_attempts SET sent_at = coalesce(sent_at, $2) WHERE outgoing_id = $1 AND ordinal = $3',
        [outgoing.id, now, last.ordinal],
      );
    });
    if (outgoing.state === 'signed' && isKnown) {
      this.logger.log({ ...named(chain, outgoing), tx_hash: last.txHash }, 'transaction sent');
    }
    if (isKnown) return;
    this.metrics.refusedBy(chain.name, outcome);
    if (this.complaints.isDue(outgoing.id, outcome, steadyMs())) {
      this.logger.warn({ ...named(chain, outgoing), outcome, reason: words }, 'transaction not taken');
    }
  }
}

function againMs({ blockTimeMs }: Chain): number {
  return Math.min(AGAIN_AT_MOST_MS, Math.max(AGAIN_AT_LEAST_MS, AGAIN_BLOCKS * blockTimeMs));
}
