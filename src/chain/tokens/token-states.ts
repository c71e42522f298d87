import { type Logger } from '@nestjs/common';
import { type ChainConfig } from '../../config/chains.js';
import { RepeatedMessage } from '../../process/repeated-message.js';
import { type RpcPool } from '../rpc/rpc-pool.js';
import { checkTokens, type TokenFindings, tokensChanged } from './check-tokens.js';
import { type TokenProblem } from './token-check.js';
import { afterLook, ALONE_MS, NOTHING_KNOWN } from './token-looks.js';
import { type Address } from '../../ids/ids.js';
import { runningMs } from '../../process/running-time.js';
import { steadyMs } from '../../process/steady-time.js';

/** Soon, since it may have been the nodes that were wrong; then less often, until the contract is fixed. */
const FIRST_CHECK_AGAIN_MS = 2_000;
const LAST_CHECK_AGAIN_MS = 30_000;
/** An issuer may change a contract at any time: its decimals are asked for so often, and all that is checked less often. */
const CHANGES_EVERY_MS = 60_000;
const ALL_EVERY_MS = 30 * 60_000;
const COMPLAIN_EVERY_MS = 60 * 60_000;

/** How tokens are asked; replaced in tests. */
interface Asking {
  check: typeof checkTokens;
  changed: typeof tokensChanged;
  /** Ms of steady time: when to ask. */
  nowMs: () => number;
  /** Ms of running time: how long others had to speak. */
  ranMs: () => number;
}

const ASKING: Asking = { check: checkTokens, changed: tokensChanged, nowMs: steadyMs, ranMs: runningMs };

/** Which tokens of one chain are out of service. */
export class TokenStates {
  private now = NOTHING_KNOWN;
  private allCheckedAtMs = Number.NEGATIVE_INFINITY;
  private changesAtMs = Number.NEGATIVE_INFINITY;
  private readonly complaints = new RepeatedMessage(COMPLAIN_EVERY_MS);
  private checkAgainAtMs = Number.POSITIVE_INFINITY;
  private checkAgainMs = FIRST_CHECK_AGAIN_MS;
  private isChecking = false;
  private hiddenByOneSinceMs: number | null = null;

  constructor(
    private readonly config: ChainConfig,
    private readonly rpc: RpcPool,
    private readonly logger: Pick<Logger, 'log' | 'warn' | 'error'>,
    private readonly asking: Asking = ASKING,
  ) {}

  /** Why a token is out of service; null: it is not. @param address of its contract, lower-case */
  problemOf(address: Address): TokenProblem | null {
    return this.now.problems.get(address) ?? null;
  }

  /**
   * Whether the word of one endpoint alone, for a minute at most, is all by which a token is not read, since it is said to
   * be the native asset. What is scanned meanwhile would be scanned without it, and not again.
   */
  get isAnyHiddenByOne(): boolean {
    const problems = [...this.now.problems.values()];
    if (!problems.some(({ isNative, isOfOne }) => isNative && isOfOne === true)) {
      this.hiddenByOneSinceMs = null;
      return false;
    }
    const ranMs = this.asking.ranMs();
    this.hiddenByOneSinceMs ??= ranMs;
    return ranMs - this.hiddenByOneSinceMs < ALONE_MS;
  }

  /** @param findings of all its tokens */
  found(findings: TokenFindings): void {
    this.allCheckedAtMs = this.asking.nowMs();
    this.learn(this.config.tokens, findings);
  }

  private learn(looked: ChainConfig['tokens'], findings: TokenFindings): void {
    const before = this.now.problems;
    this.now = afterLook(this.now, looked, findings, this.asking.ranMs());
    const { problems, unasked, doubted } = this.now;
    const isAllWell = problems.size + unasked.length + doubted.size === 0;
    this.checkAgainAtMs = this.asking.nowMs() + (isAllWell ? CHANGES_EVERY_MS : this.checkAgainMs);
    this.checkAgainMs = isAllWell
      ? FIRST_CHECK_AGAIN_MS
      : Math.min(LAST_CHECK_AGAIN_MS, 2 * this.checkAgainMs);
    const chain = this.config.name;
    for (const [token, { reason }] of problems) {
      if (this.complaints.isDue(token, reason, this.asking.nowMs()))
        this.logger.error({ chain, token, reason }, 'token is out of service');
    }
    for (const token of before.keys()) {
      if (!problems.has(token) && !unasked.includes(token))
        this.logger.log({ chain, token }, 'token is in service again');
    }
  }

  /** Nobody who uses the chain waits for it: a token that hangs its node's call holds up nothing else. */
  checkAgain(): void {
    if (this.config.tokens.length === 0) return;
    if (this.isChecking || this.asking.nowMs() < this.checkAgainAtMs) return;
    this.isChecking = true;
    void this.check().finally(() => (this.isChecking = false));
  }

  /** Those that are out of service, in doubt or were not asked, and those of the others whose decimals are not what they were. */
  private async dueNow(nowMs: number): Promise<ChainConfig['tokens']> {
    const { problems, doubted, unasked } = this.now;
    const due = new Set([...problems.keys(), ...doubted.keys(), ...unasked]);
    const others = this.config.tokens.filter(({ address }) => !due.has(address));
    const areChangesDue = nowMs - this.changesAtMs >= CHANGES_EVERY_MS;
    if (areChangesDue) this.changesAtMs = nowMs;
    const changed = areChangesDue
      ? await this.asking.changed({ tokens: others }, this.rpc)
      : new Set<string>();
    return this.config.tokens.filter(({ address }) => due.has(address) || changed.has(address));
  }

  /** What could not be asked stays as it was. */
  private async check(): Promise<void> {
    const nowMs = this.asking.nowMs();
    this.checkAgainAtMs = nowMs + LAST_CHECK_AGAIN_MS;
    const isAllDue = nowMs - this.allCheckedAtMs >= ALL_EVERY_MS;
    try {
      const tokens = isAllDue ? this.config.tokens : await this.dueNow(nowMs);
      const findings = await this.asking.check({ ...this.config, tokens }, this.rpc);
      if (isAllDue) this.allCheckedAtMs = nowMs;
      this.learn(tokens, findings);
    } catch (error) {
      const { message: reason } = error as Error;
      this.logger.warn({ chain: this.config.name, reason }, 'tokens could not be checked again');
    }
  }
}
