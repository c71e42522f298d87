import { Logger } from '@nestjs/common';
import { type AdvisoryLocks } from '../database/advisory-locks.js';
import { type BlockRef } from '../chain/blocks/block.js';
import { type ChainService } from '../chain/chain.service.js';
import { type ChainConfig } from '../config/chains.js';
import { RepeatedMessage } from '../process/repeated-message.js';
import { CatchUp, progressBar } from './catch-up.js';
import { type ChainScanner, type Step } from './chain-scanner.js';
import { ReorgTooDeepError } from './reorg.js';
import { type ScannerMetrics } from './scanner-metrics.js';
import { steadyMs } from '../process/steady-time.js';

const COMPLAIN_EVERY_MS = 60_000;
const PROGRESS_EVERY_MS = 5_000;
/** With no payment open, the head is asked for once in this many block times, or once a minute. */
const IDLE_BLOCKS = 4;
const IDLE_MAX_MS = 60_000;

export interface WatchParts {
  scanner: ChainScanner;
  chains: ChainService;
  locks: AdvisoryLocks;
  isAnyPaymentOpen: () => Promise<boolean>;
  metrics: ScannerMetrics;
}

/** When one chain is stepped, and what is said about it. */
export class ChainWatch {
  private readonly logger = new Logger('Scanner');
  private readonly complaints = new RepeatedMessage(COMPLAIN_EVERY_MS);
  private readonly catchUp = new CatchUp();
  private readonly idleMs: number;
  private steppedAtMs = Number.NEGATIVE_INFINITY;
  private isBehind = false;
  private toldProgressAtMs = Number.NEGATIVE_INFINITY;
  private isHolder: boolean | null = null;

  constructor(
    private readonly chain: ChainConfig,
    private readonly parts: WatchParts,
  ) {
    this.idleMs = Math.min(IDLE_MAX_MS, IDLE_BLOCKS * chain.blockTimeMs);
  }

  /** @returns whether to tick again at once */
  async tick(): Promise<boolean> {
    try {
      if (!(await this.isMine()) || (await this.canWait())) return false;
      const status = await this.parts.chains.check(this.chain.name);
      if (status.state !== 'ready') return false;
      const step = await this.parts.scanner.step();
      this.steppedAtMs = steadyMs();
      this.isBehind = step.isBehind;
      this.parts.chains.setHalted(this.chain.name, null);
      this.told(step);
      return step.isBehind;
    } catch (error) {
      this.complain(error as Error);
      return false;
    }
  }

  /** Ends when nothing is under way beside the ticks. */
  settle(): Promise<void> {
    return this.parts.scanner.settle();
  }

  reorged(reorg: { from: number; ancestor: number }): void {
    this.parts.metrics.reorged(this.chain.name);
    this.logger.warn({ chain: this.chain.name, ...reorg }, 'reorg');
  }

  missed(from: number, head: number): void {
    if (!this.complaints.isDue('missing', String(from), steadyMs())) return;
    this.logger.warn(
      { chain: this.chain.name, from, head },
      'no endpoint gives all blocks from here up to its own head: the scan waits for them. Mend the node, or add another',
    );
  }

  startedLate({ number, time }: BlockRef, wanted: Date): void {
    this.logger.error(
      { chain: this.chain.name, from: number + 1, time: time.toISOString(), wanted: wanted.toISOString() },
      'no endpoint has blocks from before the first payment: the scan begins with the oldest that there is. What was paid ' +
        'before it is found with an endpoint that keeps old blocks, by `quittance scanner rescan` over them',
    );
  }

  /** Money may be in them that nobody has reported yet, so each is logged, and not only the first in a while. */
  unsearched(blocks: readonly number[]): void {
    const { name: chain } = this.chain;
    this.parts.metrics.unsearched(chain, blocks.length);
    this.logger.error(
      { chain, from: blocks[0], to: blocks.at(-1) },
      'no endpoint has the state of these blocks, or can tell what contracts sent in them: internal transfers in them ' +
        'are not found. Add an endpoint that can (an archive node that traces), then run `quittance scanner rescan` over them',
    );
  }

  /** Each is counted and named, as those above: what came to an address that is no longer watched may be in it. */
  searchedInPart(blocks: readonly number[]): void {
    const { name: chain } = this.chain;
    this.parts.metrics.unsearched(chain, blocks.length);
    this.logger.warn(
      { chain, from: blocks[0], to: blocks.at(-1), count: blocks.length },
      'no endpoint can trace all of these blocks: what contracts sent in them was found by the balances of watched ' +
        'addresses. For all others, add an endpoint that can, then run `quittance scanner rescan` over them',
    );
  }

  lateSearchFailed(reason: string): void {
    if (!this.complaints.isDue('late search', reason, steadyMs())) return;
    this.logger.warn({ chain: this.chain.name, reason }, 'a block could not be looked at again yet');
  }

  doubted(block: number, reason: string): void {
    if (!this.complaints.isDue('doubt', reason, steadyMs())) return;
    this.logger.error(
      { chain: this.chain.name, block, reason },
      'what this block brings us is not sure: it counts once the endpoints agree, or the wrong one is out of chains.yaml',
    );
  }

  private async isMine(): Promise<boolean> {
    const { name, chainId } = this.chain;
    const isHolder = await this.parts.locks.hold(`quittance scanner ${chainId}`);
    if (isHolder !== this.isHolder) {
      this.parts.metrics.holding(name, isHolder);
      this.logger.log({ chain: name }, isHolder ? 'scanning' : 'another process scans this chain');
      this.isHolder = isHolder;
    }
    return isHolder;
  }

  /** Every call to a node may cost money. What is mined meanwhile is read all the same, a little later. */
  private async canWait(): Promise<boolean> {
    if (this.isBehind || steadyMs() - this.steppedAtMs >= this.idleMs) return false;
    return !(await this.parts.isAnyPaymentOpen());
  }

  private told({ head, scanned: { number: scanned }, waitsFor }: Step): void {
    const { name: chain } = this.chain;
    const now = steadyMs();
    const progress = this.catchUp.at(scanned, head, now);
    this.parts.metrics.stepped(chain, head, scanned, progress);
    this.parts.chains.setWaiting(chain, waitsFor ?? null);
    if (waitsFor !== undefined && this.complaints.isDue('behind us', 'the node is behind', now)) {
      this.logger.warn(
        { chain, head, scanned, waits_for: waitsFor },
        'the node is behind what was scanned: waiting for it',
      );
    }
    if (progress === null || now - this.toldProgressAtMs < PROGRESS_EVERY_MS) return;
    this.toldProgressAtMs = now;
    const { blocksBehind, blocksPerSecond, etaSeconds } = progress;
    this.logger.log(
      { chain, blocks_behind: blocksBehind, blocks_per_second: blocksPerSecond, eta_seconds: etaSeconds },
      process.stdout.isTTY ? `catching up ${progressBar(progress)}` : 'catching up',
    );
  }

  private complain(error: Error): void {
    const isHalted = error instanceof ReorgTooDeepError;
    this.parts.metrics.failed(this.chain.name, isHalted);
    // Only a step that succeeds ends a halt: a node that does not answer meanwhile says nothing about the reorg.
    if (isHalted) {
      this.parts.chains.setHalted(this.chain.name, error.message);
      this.parts.chains.setWaiting(this.chain.name, null);
    }
    if (!this.complaints.isDue('step', error.message, steadyMs())) return;
    this.logger[isHalted ? 'error' : 'warn'](
      { chain: this.chain.name, reason: error.message },
      'scan step failed',
    );
  }
}
