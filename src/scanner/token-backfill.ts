import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { ChainService } from '../chain/chain.service.js';
import { Token } from '../chain/tokens/token.entity.js';
import { type ChainConfig } from '../config/chains.js';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { AdvisoryLocks } from '../database/advisory-locks.js';
import { RepeatedMessage } from '../process/repeated-message.js';
import { Ticker } from '../process/ticker.js';
import { CursorRepository } from '../chain/position/cursor.repository.js';
import { RescanService } from './rescan.service.js';
import { growingPauses } from './second-word.js';
import { steadyMs } from '../process/steady-time.js';

/** Where it could not be done, and for the scan to have begun. */
const TRY_AGAIN_MS = 5_000;
const PROGRESS_EVERY_MS = 5_000;
const COMPLAIN_EVERY_MS = 60_000;

class StoppedError extends Error {}

/**
 * Reads for a token what was scanned before it was listed, from its `start_block` up to where the scan is; from there
 * on, the scan itself looks for it. Beside the scan, by one of several replicas; after a failure from where it was, and
 * from its beginning again after a restart: what is recorded already stays as it is.
 */
@Injectable()
export class TokenBackfill implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Scanner');
  private readonly tickers: Ticker[] = [];
  private readonly complaints = new RepeatedMessage(COMPLAIN_EVERY_MS);
  private readonly locks: AdvisoryLocks;
  private readonly stopping = new AbortController();
  /** By chain: for which tokens it is read, and the last block done. */
  private readonly done = new Map<string, { tokens: string; block: number }>();

  constructor(
    @Inject(SETTINGS) settings: Settings,
    private readonly chains: ChainService,
    private readonly cursors: CursorRepository,
    private readonly rescans: RescanService,
    private readonly schedule: SchedulerRegistry,
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {
    this.locks = new AdvisoryLocks(settings.databaseUrl as string, 'quittance token backfill');
  }

  onApplicationBootstrap(): void {
    for (const chain of this.chains.all().filter(({ tokens }) => tokens.some(hasStart))) {
      const name = `read ${chain.name} for tokens`;
      const ticker = new Ticker(async () => {
        if (await this.isDone(chain)) this.schedule.deleteInterval(name);
        return false;
      });
      this.tickers.push(ticker);
      this.schedule.addInterval(
        name,
        setInterval(() => ticker.run(), TRY_AGAIN_MS),
      );
      ticker.run();
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.tickers.map((ticker) => ticker.stop()));
    await this.locks.release();
  }

  /** @returns whether nothing is left to read for any token of the chain */
  private async isDone(chain: ChainConfig): Promise<boolean> {
    try {
      const tokens = await this.unread(chain);
      if (tokens.length === 0) return true;
      if (this.chains.status(chain.name).state !== 'ready') return false;
      if (!(await this.locks.hold(`quittance token backfill ${chain.chainId}`))) return false;
      return await this.read(chain, tokens);
    } catch (error) {
      if (error instanceof StoppedError || this.stopping.signal.aborted) return false;
      const { message: reason } = error as Error;
      this.complain(chain.name, reason);
      return false;
    }
  }

  private complain(chain: string, reason: string): void {
    if (!this.complaints.isDue(chain, reason, steadyMs())) return;
    this.logger.warn({ chain, reason }, 'reading for new tokens failed, and is tried again');
  }

  /** One reading serves all of them: it looks for every token. @returns whether there was anything to end it by */
  private async read(chain: ChainConfig, tokens: readonly Token[]): Promise<boolean> {
    const startOf = new Map(chain.tokens.map(({ address, startBlock }) => [address, startBlock as number]));
    const starts = tokens.map(({ address }) => startOf.get(address) as number);
    const scanned = await this.scanned(chain);
    if (scanned === null) return false;
    const key = tokens.map(({ id }) => id).join();
    const done = this.done.get(chain.name);
    await this.rescan(chain, done?.tokens === key ? done.block + 1 : Math.min(...starts), scanned, key);
    // Another process may have been at work on blocks above when the token was listed, without it.
    await this.rescan(chain, scanned + 1, (await this.scanned(chain)) as number, key);
    for (const [index, { id }] of tokens.entries()) {
      await this.dataSource.manager.update(Token, { id }, { readFrom: starts[index] });
    }
    return true;
  }

  private async rescan(
    { name: chain }: ChainConfig,
    from: number,
    to: number,
    tokens: string,
  ): Promise<void> {
    if (from > to) return;
    this.logger.log({ chain, from, to }, 'reading for new tokens');
    let toldAtMs = steadyMs();
    const onProgress = (block: number) => {
      this.done.set(chain, { tokens, block });
      if (this.stopping.signal.aborted) throw new StoppedError();
      if (steadyMs() - toldAtMs < PROGRESS_EVERY_MS) return;
      toldAtMs = steadyMs();
      this.logger.log({ chain, from, to, block }, 'reading for new tokens');
    };
    const pauses = growingPauses((reason) => this.complain(chain, reason), this.stopping.signal);
    const { added } = await this.rescans.rescan({ chain, from, to }, onProgress, pauses);
    this.logger.log({ chain, from, to, added }, 'read for new tokens');
  }

  private async scanned({ chainId }: ChainConfig): Promise<number | null> {
    return (await this.cursors.find(chainId))?.blockNumber ?? null;
  }

  private async unread({ chainId, tokens }: ChainConfig): Promise<Token[]> {
    const rows = await this.chains.tokensOf(chainId);
    return rows.filter(({ address, readFrom }) => {
      const { startBlock } = tokens.find((token) => token.address === address) ?? {};
      return startBlock !== undefined && (readFrom === null || readFrom > startBlock);
    });
  }
}

function hasStart({ startBlock }: { startBlock?: number }): boolean {
  return startBlock !== undefined;
}
