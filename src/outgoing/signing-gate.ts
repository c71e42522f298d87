import { Inject, Injectable } from '@nestjs/common';
import { getAddress } from 'ethers';
import { type EntityManager } from 'typeorm';
import { ChainService } from '../chain/chain.service.js';
import { type ChainConfig } from '../config/chains.js';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { paymentAt } from '../payments/payment-addresses.js';
import { otherTreasury } from '../replicas/agreed-treasury.js';
import { Keys } from '../wallet/keys.js';
import { BEING_READ, isBeingRead } from './after-restore/restored-chains.js';
import { DailyLimits } from './daily-limits.js';
import { type Fees } from './fees.js';
import { type Purpose } from './outgoing-transaction.entity.js';
import { Recipients } from './recipients.js';
import { SigningPause } from './signing-pause.entity.js';
import { type Broken, type BrokenCode, brokenBy, type FeeShare, type SigningFacts } from './signing-rules.js';
import { type Sweeping, sweepingOf } from '../config/sweeping.js';
import { type Address, type Asset, type ChainId } from '../ids/ids.js';

/** Something moves to a recipient. */
export interface Movement {
  /** Lower-case. */
  recipient: Address;
  /** Null: the native asset. */
  tokenAddress: Asset;
  amount: bigint;
}

/** What is about to be signed, as far as rules look at it. */
export interface SigningRequest {
  chainId: ChainId;
  purpose: Purpose;
  /** Lower-case: the gas tank or the payout account, where one of them signs; null: a deposit address does. */
  payer: Address | null;
  fees: Fees;
  fee: FeeShare | null;
  /** None: it replaces what was let through before. */
  movements: readonly Movement[];
  balance: SigningFacts['balance'];
}

/** Nothing was signed, as something does not hold any more; the message says what. It may hold later. */
export class NotSignedError extends Error {
  readonly code: BrokenCode;

  constructor({ code, reason }: Broken) {
    super(reason);
    this.code = code;
  }
}

/** Looks, inside the transaction that signs, whether what was true when it was planned still is. */
@Injectable()
export class SigningGate {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly chains: ChainService,
    private readonly keys: Keys,
    private readonly recipients: Recipients,
    private readonly limits: DailyLimits,
  ) {}

  /** @throws NotSignedError */
  async require(manager: EntityManager, request: SigningRequest): Promise<void> {
    const broken = brokenBy(await this.facts(manager, request));
    if (broken !== null) throw new NotSignedError(broken);
  }

  private async facts(manager: EntityManager, request: SigningRequest): Promise<SigningFacts> {
    const { purpose, payer, fees, fee, movements, balance, chainId } = request;
    const chain = this.chains.all().find((one) => one.chainId === chainId);
    if (chain === undefined) throw new Error(`chain ${chainId} is not configured: nothing is signed on it`);
    const isSweep = purpose === 'sweep' && movements.length > 0;
    return {
      purpose,
      pause: await this.pause(manager, chainId),
      fees,
      maxGasPrice: chain.sweep.maxGasPrice,
      tokenProblem: this.tokenProblem(chain, movements),
      sweeping: isSweep ? await this.sweeping(manager, chain) : null,
      recipients: movements.map(({ recipient }) => recipient),
      unfit: await this.unfit(manager, request),
      isPayerDeposit: payer !== null && (await this.recipients.isDeposit(manager, payer)),
      fee,
      days: isSweep ? await this.limits.held(manager, chain, movements) : [],
      balance,
    };
  }

  /** Two processes that do not agree on a treasury would send money where chance wants it: it stays where it is. */
  private async sweeping(manager: EntityManager, chain: ChainConfig): Promise<Sweeping> {
    const sweeping = sweepingOf(chain, this.settings);
    if ('off' in sweeping) return sweeping;
    const treasury = getAddress(sweeping.treasury);
    const other = await otherTreasury(manager, chain.chainId, treasury);
    if (other === null) return sweeping;
    const reason =
      `the treasury of ${chain.name} is ${treasury} here, and ${other.treasury} in ${other.process}, which runs too: ` +
      'nothing is swept while they do not agree; stop the one with the old settings';
    return { off: reason };
  }

  private tokenProblem(chain: ChainConfig, movements: readonly Movement[]): string | null {
    const problems = movements.map(({ tokenAddress }) =>
      tokenAddress === null ? null : this.chains.tokenProblem(chain, tokenAddress),
    );
    return problems.find((problem) => problem !== null)?.reason ?? null;
  }

  /** Held until the transaction ends: whoever pauses waits for it, and nothing is signed once he is answered. */
  private async pause(manager: EntityManager, chainId: ChainId): Promise<SigningFacts['pause']> {
    const lock = { mode: 'pessimistic_read' } as const;
    const pause = await manager.findOneOrFail(SigningPause, { where: { id: 1 }, lock });
    if (pause.isPaused || !(await isBeingRead(manager, chainId))) return pause;
    return { isPaused: true, reason: BEING_READ };
  }

  private async unfit(
    manager: EntityManager,
    { purpose, chainId, movements }: SigningRequest,
  ): Promise<SigningFacts['unfit']> {
    for (const recipient of new Set(movements.map((one) => one.recipient))) {
      const what = await this.flawOf(manager, purpose, recipient, chainId);
      if (what !== null) return { recipient, what };
    }
    return null;
  }

  /** As in “… is the gas tank”; null: money of this kind may go there. */
  private async flawOf(
    manager: EntityManager,
    purpose: Purpose,
    recipient: Address,
    chainId: ChainId,
  ): Promise<string | null> {
    switch (purpose) {
      case 'sweep':
        return this.recipients.unfit(manager, recipient, 'treasury', chainId);
      case 'refund':
        return this.recipients.unfit(manager, recipient, 'customer', chainId);
      case 'gas':
        return (await paymentAt(manager, recipient)) === null ? 'no deposit address of ours' : null;
      case 'gas_return':
        return recipient === this.keys.addressOf({ kind: 'gas_tank' }) ? null : 'not the gas tank';
      case 'deploy':
        return null;
    }
  }
}
