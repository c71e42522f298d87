import { Inject, Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { type GasQuote, type Receipt } from '../chain/accounts/chain-accounts.js';
import { ChainService } from '../chain/chain.service.js';
import { type ChainConfig } from '../config/chains.js';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { Outbox } from '../events/outbox.js';
import { RepeatedMessage } from '../process/repeated-message.js';
import { type ChainExtent, ScannedChain } from '../scanner/scanned-chain.js';
import { Broadcasts } from './broadcasts.js';
import { FinalHooks } from './final-hooks.js';
import { OutgoingAttempt } from './outgoing-attempt.entity.js';
import { OutgoingBooks } from './outgoing-books.js';
import { finalBlockOf } from './final-block.js';
import { named } from './outgoing-log.js';
import { OutgoingMetrics } from './outgoing-metrics.js';
import { OutgoingPart } from './outgoing-part.entity.js';
import { OutgoingTransaction } from './outgoing-transaction.entity.js';
import { outcomeOf, partsOutcome, unmined, unminedParts, whyFailed } from './outcome.js';
import { receiptOf } from './receipt-of.js';
import { type OutgoingRecord, OutgoingRepository } from './outgoing.repository.js';
import { Reopenings } from './reopenings.js';
import { Replacements } from './replacements.js';

const COMPLAIN_EVERY_MS = 60_000;

export interface Circumstances {
  extent: ChainExtent;
  quote: GasQuote;
  /** Nothing new may be signed, not even a replacement. */
  isPaused: boolean;
}

/**
 * Brings what was signed to its end: broadcast, mined, final; again after a reorg or a crash, with the same bytes. It
 * decides by what is in Postgres and on the chain alone, so that it does not matter when it stopped.
 */
@Injectable()
export class OutgoingFollower {
  private readonly logger = new Logger('Outgoing');
  private readonly complaints = new RepeatedMessage(COMPLAIN_EVERY_MS);

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly outgoing: OutgoingRepository,
    private readonly chains: ChainService,
    private readonly scanned: ScannedChain,
    private readonly books: OutgoingBooks,
    private readonly hooks: FinalHooks,
    private readonly outbox: Outbox,
    private readonly metrics: OutgoingMetrics,
    private readonly broadcasts: Broadcasts,
    private readonly replacements: Replacements,
    private readonly reopenings: Reopenings,
  ) {}

  /** One round over everything of the chain that is not final. @throws RpcError */
  async follow(chain: ChainConfig, circumstances: Circumstances): Promise<void> {
    await this.reopenings.look(chain);
    await this.books.open(chain);
    const open = await this.outgoing.open(chain.chainId);
    this.tellStanding(chain, open);
    const rounds = byAddress(open).map((own) => this.followAddress(chain, own, circumstances));
    // Each to its end, so that the failure of one keeps no other from being followed.
    const failed = (await Promise.allSettled(rounds)).find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }

  /** In the order of nonces: a node that lacks one keeps those after it waiting. */
  private async followAddress(
    chain: ChainConfig,
    records: OutgoingRecord[],
    circumstances: Circumstances,
  ): Promise<void> {
    let isFirst = true;
    for (const record of records) {
      const receipt = await receiptOf(this.chains.accounts(chain.name), record.attempts);
      if (receipt !== null) await this.mined(chain, record, receipt, circumstances.extent);
      else {
        await this.unmined(chain, record, circumstances, isFirst);
        isFirst = false;
      }
    }
  }

  private async mined(
    chain: ChainConfig,
    { outgoing, attempts, parts: before }: OutgoingRecord,
    receipt: Receipt,
    extent: ChainExtent,
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
    if (isFinal) return this.finish(chain, row, parts);
    if (outgoing.state === 'mined' && outgoing.blockHash === receipt.blockHash) return;
    await this.save(chain, row, parts);
    this.logger.log({ ...named(chain, row), block: row.blockNumber }, 'transaction mined');
  }

  private async finish(
    chain: ChainConfig,
    mined: OutgoingTransaction,
    parts: readonly OutgoingPart[],
  ): Promise<void> {
    const why = whyFailed(mined);
    const row = {
      ...mined,
      state: why === null ? ('confirmed' as const) : ('failed' as const),
      reason: why,
      finishedAt: new Date(),
    };
    await this.conclude(chain, row, parts);
    this.metrics.finished(chain.name, row.purpose, row.state);
    const line = { ...named(chain, row), block: row.blockNumber, fee: row.fee?.toString() };
    if (why === null) this.logger.log(line, 'transaction final');
    else this.logger.error({ ...line, reason: why }, 'transaction failed');
  }

  private async conclude(
    chain: ChainConfig,
    row: OutgoingTransaction,
    parts: readonly OutgoingPart[],
  ): Promise<void> {
    const blockTime = await this.books.blockTime(chain, row);
    await this.dataSource.transaction(async (manager) => {
      const before = await this.outgoing.lock(manager, row.id);
      // Another process, that held the chain a moment ago, may have been faster.
      if (before.finishedAt !== null) return;
      await manager.save(OutgoingTransaction, row);
      await manager.save(OutgoingPart, [...parts]);
      await this.books.book(manager, row, blockTime);
      await this.hooks.run('ended', manager, row);
    });
    this.outbox.announceCommit();
  }

  private async unmined(
    chain: ChainConfig,
    record: OutgoingRecord,
    circumstances: Circumstances,
    isNext: boolean,
  ): Promise<void> {
    const outgoing = await this.withoutBlock(chain, record);
    const now = { ...record, outgoing };
    const accounts = this.chains.accounts(chain.name);
    if ((await accounts.nonce(outgoing.from)) > outgoing.nonce) {
      return this.nonceTaken(chain, now, circumstances.extent);
    }
    await this.broadcasts.unlessRecent(chain, now);
    if (!isNext || circumstances.isPaused) return;
    const isReplaced = await this.replacements.replaceLate(chain, now, circumstances.quote);
    if (!isReplaced) return;
    this.metrics.bumped(chain.name);
    const [attempt] = (await this.outgoing.attemptsOf([outgoing])).slice(-1);
    await this.broadcasts.send(chain, { ...now, attempts: attempt ? [attempt] : [] });
  }

  /** A reorg took its block away: it waits again, with the bytes it has. */
  private async withoutBlock(
    chain: ChainConfig,
    { outgoing, parts }: OutgoingRecord,
  ): Promise<OutgoingTransaction> {
    if (outgoing.state !== 'mined') return outgoing;
    const row = unmined(outgoing);
    await this.save(chain, row, unminedParts(parts));
    this.metrics.reorged(chain.name);
    this.logger.warn(named(chain, outgoing), 'a reorg took the transaction away: it is sent again');
    return row;
  }

  /**
   * Its receipt may only be late. When the nonce is used up in a final block, and still nobody knows any of our bytes as
   * mined, then somebody else has used the key.
   */
  private async nonceTaken(
    chain: ChainConfig,
    { outgoing, parts }: OutgoingRecord,
    extent: ChainExtent,
  ): Promise<void> {
    const final = finalBlockOf(chain, extent, outgoing, parts);
    const accounts = this.chains.accounts(chain.name);
    if (final < 0 || (await accounts.nonce(outgoing.from, final)) <= outgoing.nonce) return;
    const reason = `nonce ${outgoing.nonce} of ${outgoing.from} was used by a transaction that is not ours: nothing was sent. Find out who else has the key`;
    // No block can take its authorizations along any more: their nonces are free again.
    const unused = unminedParts(parts).map((part) => ({ ...part, authorizationNonce: null }));
    await this.conclude(chain, { ...outgoing, state: 'failed', reason, finishedAt: new Date() }, unused);
    this.metrics.finished(chain.name, outgoing.purpose, 'failed');
    this.logger.error({ ...named(chain, outgoing), reason }, 'transaction failed');
  }

  /** Columns that the scan of receipts moves, unless it is final by now. */
  private async save(
    chain: ChainConfig,
    row: OutgoingTransaction,
    parts: readonly OutgoingPart[],
  ): Promise<void> {
    const blockTime = await this.books.blockTime(chain, row);
    await this.dataSource.transaction(async (manager) => {
      const before = await this.outgoing.lock(manager, row.id);
      if (before.finishedAt !== null) return;
      await manager.save(OutgoingTransaction, row);
      await manager.save(OutgoingPart, [...parts]);
      await this.books.book(manager, row, blockTime);
    });
  }

  private tellStanding(chain: ChainConfig, open: OutgoingRecord[]): void {
    const now = Date.now();
    const ages = open
      .filter(({ outgoing }) => outgoing.state !== 'mined')
      .map(({ outgoing }) => ({
        outgoing,
        ageMs: now - (outgoing.reopenedAt ?? outgoing.createdAt).getTime(),
      }));
    const stuck = ages.filter(({ ageMs }) => ageMs >= this.settings.sweepStuckAfterMs);
    for (const { outgoing, ageMs } of stuck) {
      if (!this.complaints.isDue(`stuck ${outgoing.id}`, 'stuck', now)) continue;
      this.logger.error(
        { ...named(chain, outgoing), seconds: Math.round(ageMs / 1000), reason: outgoing.reason },
        'transaction is stuck',
      );
    }
    const oldestMs = Math.max(0, ...ages.map(({ ageMs }) => ageMs));
    this.metrics.standing(chain.name, { open: open.length, stuck: stuck.length, oldestMs });
  }
}

function byAddress(records: readonly OutgoingRecord[]): OutgoingRecord[][] {
  const groups = new Map<string, OutgoingRecord[]>();
  for (const record of records) {
    const { from } = record.outgoing;
    groups.set(from, [...(groups.get(from) ?? []), record]);
  }
  return [...groups.values()];
}
