import { type Logger } from '@nestjs/common';
import { type ChainConfig } from '../../config/chains.js';
import { RepeatedMessage } from '../../process/repeated-message.js';
import { type RpcPool } from '../rpc/rpc-pool.js';
import { checkTokens, NOTHING_FOUND, type TokenFindings } from './check-tokens.js';
import { type TokenProblem } from './token-check.js';
import { type Address } from '../../ids/ids.js';
import { steadyMs } from '../../process/steady-time.js';

/** Soon, since it may have been the nodes that were wrong; then less often, until the contract is fixed. */
const FIRST_CHECK_AGAIN_MS = 2_000;
const LAST_CHECK_AGAIN_MS = 30_000;
const COMPLAIN_EVERY_MS = 60 * 60_000;

/** Which tokens of one chain are out of service. */
export class TokenStates {
  private now = NOTHING_FOUND;
  private readonly complaints = new RepeatedMessage(COMPLAIN_EVERY_MS);
  private checkAgainAtMs = Number.POSITIVE_INFINITY;
  private checkAgainMs = FIRST_CHECK_AGAIN_MS;
  private isChecking = false;

  constructor(
    private readonly config: ChainConfig,
    private readonly rpc: RpcPool,
    private readonly logger: Pick<Logger, 'log' | 'warn' | 'error'>,
  ) {}

  /** Why a token is out of service; null: it is not. @param address of its contract, lower-case */
  problemOf(address: Address): TokenProblem | null {
    return this.now.problems.get(address) ?? null;
  }

  found(findings: TokenFindings): void {
    const before = this.now.problems;
    const { problems, unasked } = findings;
    this.now = findings;
    const isAllWell = problems.size === 0 && unasked.length === 0;
    this.checkAgainAtMs = isAllWell ? Number.POSITIVE_INFINITY : steadyMs() + this.checkAgainMs;
    this.checkAgainMs = isAllWell
      ? FIRST_CHECK_AGAIN_MS
      : Math.min(LAST_CHECK_AGAIN_MS, 2 * this.checkAgainMs);
    const chain = this.config.name;
    for (const [token, { reason }] of problems) {
      if (this.complaints.isDue(token, reason, steadyMs()))
        this.logger.error({ chain, token, reason }, 'token is out of service');
    }
    for (const token of before.keys()) {
      if (!problems.has(token) && !unasked.includes(token))
        this.logger.log({ chain, token }, 'token is in service again');
    }
  }

  /** Nobody who uses the chain waits for it: a token that hangs its node's call holds up nothing else. */
  checkAgain(): void {
    if (this.isChecking || steadyMs() < this.checkAgainAtMs) return;
    this.isChecking = true;
    void this.check().finally(() => (this.isChecking = false));
  }

  /** What could not be asked stays as it was. */
  private async check(): Promise<void> {
    const due = new Set([...this.now.problems.keys(), ...this.now.unasked]);
    const tokens = this.config.tokens.filter(({ address }) => due.has(address));
    this.checkAgainAtMs = steadyMs() + LAST_CHECK_AGAIN_MS;
    try {
      const { problems, unasked } = await checkTokens({ ...this.config, tokens }, this.rpc);
      const kept = [...this.now.problems].filter(([address]) => unasked.includes(address));
      this.found({ problems: new Map([...kept, ...problems]), unasked });
    } catch (error) {
      const { message: reason } = error as Error;
      this.logger.warn({ chain: this.config.name, reason }, 'tokens could not be checked again');
    }
  }
}
