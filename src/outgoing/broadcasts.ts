import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { type Chain } from '../chain/chain.js';
import { RpcError } from '../chain/rpc/rpc-error.js';
import { RepeatedMessage } from '../process/repeated-message.js';
import { named } from './outgoing-log.js';
import { OutgoingMetrics } from './outgoing-metrics.js';
import { dataReserve } from './fees.js';
import { type OutgoingRecord, weiPromisedBy } from './outgoing.repository.js';
import { withoutSignature } from './transaction-bytes.js';
import { type BroadcastOutcome } from '../chain/rpc/broadcast.js';
import { ScannedChain } from '../scanner/scanned-chain.js';
import { type OutgoingAttempt } from './outgoing-attempt.entity.js';
import { judged, Refusals } from './refusals.js';
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

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly scanned: ScannedChain,
    private readonly refusals: Refusals,
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

  /**
   * The last bytes signed for it: they replace those before them. Where nodes refuse them, those before them that may cost
   * less as well: a node may have had them and forgotten them, and takes nothing that may cost more than its cap.
   */
  async send(chain: Chain, record: OutgoingRecord): Promise<void> {
    const { outgoing, attempts } = record;
    const last = attempts.at(-1);
    if (last === undefined) return;
    const said = await chain.accounts.broadcast(last.raw);
    const canPay = said.stands.lacking > 0 && (await this.canPay(chain, outgoing, last));
    const broadcast = judged(said, canPay);
    const { outcome, words, isRefused, isForGood, isMinded } = broadcast;
    const isCheaperTaken =
      isRefused && !isForGood && !isMinded && (await this.isCheaperTaken(chain, attempts));
    const block = isRefused ? await this.scanned.last(chain) : null;
    const standing = this.refusals.note(record, broadcast, isCheaperTaken, block?.number ?? 0);
    const now = databaseClock.now();
    const isKnown = isTaken(outcome);
    const reason = isKnown ? null : words;
    await this.dataSource.transaction(async (manager) => {
      await manager.query(
        `UPDATE outgoing_transactions SET state = 'sent', reason = $2, checked_at = $3, sent_at = coalesce(sent_at, $3),
           refused_times = CASE $4 WHEN 'taken' THEN 0 WHEN 'refused' THEN refused_times + 1 ELSE refused_times END,
           refused_since = CASE $4 WHEN 'taken' THEN NULL WHEN 'refused' THEN coalesce(refused_since, $3)
             ELSE refused_since END
         WHERE id = $1 AND state IN ('signed', 'sent')`,
        [outgoing.id, reason, now, standing],
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

  /** Whether the account has what all that it signed may cost: what all endpoints say, or a proof does, and never less. */
  private async canPay(
    chain: Chain,
    { chainId, from }: OutgoingRecord['outgoing'],
    { raw }: OutgoingAttempt,
  ): Promise<boolean> {
    try {
      const after = await this.scanned.last(chain);
      if (after === null) return false;
      const [balance, dataFee] = await Promise.all([
        chain.accounts.balance(from, null, after.hash),
        chain.accounts.dataFee(withoutSignature(raw)),
      ]);
      const { wei, transactions } = await weiPromisedBy(this.dataSource.manager, chainId, from, after.number);
      return balance >= wei + transactions * dataReserve(dataFee).roomy;
    } catch (error) {
      // They contradict each other, or do not answer: whoever says so may be right.
      if (error instanceof RpcError) return false;
      throw error;
    }
  }

  /** Nodes are given few of them, however many were signed. */
  private async isCheaperTaken(chain: Chain, attempts: readonly OutgoingAttempt[]): Promise<boolean> {
    const most = mostCost(attempts.at(-1) as OutgoingAttempt);
    const cheaper = attempts.filter((one) => mostCost(one) < most);
    cheaper.sort((one, other) => (mostCost(one) < mostCost(other) ? 1 : -1));
    const dearest = await dearestTaken(
      cheaper,
      async ({ raw }) => (await chain.accounts.broadcast(raw)).outcome,
    );
    return dearest !== null;
  }
}

/**
 * The dearest that nodes take, by halves: what costs more than their cap is refused, and so is whatever costs more than that;
 * what is less than gas costs now is refused, and so is whatever costs less.
 * @param attempts the dearest first
 */
export async function dearestTaken<T>(
  attempts: readonly T[],
  give: (one: T) => Promise<BroadcastOutcome>,
): Promise<T | null> {
  let taken: T | null = null;
  let [first, last] = [0, attempts.length - 1];
  while (first <= last) {
    const middle = Math.floor((first + last) / 2);
    const one = attempts[middle] as T;
    const outcome = await give(one);
    if (isTaken(outcome)) taken = one;
    if (isTaken(outcome) || outcome === 'fee_too_low') last = middle - 1;
    else first = middle + 1;
  }
  return taken;
}

/** Nodes have it, or another with its nonce. */
function isTaken(outcome: BroadcastOutcome): boolean {
  return outcome === 'accepted' || outcome === 'nonce_too_low' || outcome === 'underpriced';
}

/** Wei: what nodes compare with their cap. */
function mostCost({ gasLimit, maxFeePerGas }: OutgoingAttempt): bigint {
  return BigInt(gasLimit) * maxFeePerGas;
}

function againMs({ blockTimeMs }: Chain): number {
  return Math.min(AGAIN_AT_MOST_MS, Math.max(AGAIN_AT_LEAST_MS, AGAIN_BLOCKS * blockTimeMs));
}
