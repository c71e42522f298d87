import { Inject, Injectable } from '@nestjs/common';
import { type Chain } from '../../chain/chain.js';
import { SETTINGS } from '../../config/configuration.module.js';
import { type Settings } from '../../config/settings.js';
import { feesFor, mostUnpricedFee } from '../../outgoing/fees.js';
import { type Failure } from '../../outgoing/movers.js';
import { sideBySide } from '../../outgoing/side-by-side.js';
import { gasNotDear } from '../../outgoing/signing-rules.js';
import { SigningPauses } from '../../outgoing/signing-pauses.js';
import { type ChainExtent, ScannedChain } from '../../scanner/scanned-chain.js';
import { AssetWorth } from '../../rates/asset-worth.js';
import { DepositBalances } from './deposit-balances.js';
import { type IdleDeposit, IdleDeposits } from './idle-deposits.js';
import { type PlaceFacts, type PlanFacts } from './plan.js';
import { SweepCosts } from './sweep-costs.js';
import { sweepingOf } from '../../config/sweeping.js';
import { batchesFor, rulesOf } from '../../outgoing/sweep-rules.js';
import { databaseClock } from '../../database/database-clock.js';

export interface PlanOptions {
  /** Of these payments only, whatever their status; null: of all that may be swept. */
  paymentIds: readonly string[] | null;
  /** Neither minimum, nor fee share, nor earlier failures hold it back. */
  isForced: boolean;
  /** Nothing is written. */
  isDryRun: boolean;
}

/** What is asked for cannot be done, and why. */
export class SweepRefusedError extends Error {}

/** Reads all that a plan is decided by: from the settings, Postgres and the chain. */
@Injectable()
export class PlanFactsReader {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly scanned: ScannedChain,
    private readonly pauses: SigningPauses,
    private readonly deposits: IdleDeposits,
    private readonly balances: DepositBalances,
    private readonly worth: AssetWorth,
  ) {}

  /**
   * @returns the facts; and the addresses that could not be looked at, which keep no other
   * @throws SweepRefusedError; RpcError when none could
   */
  async read(chain: Chain, options: PlanOptions): Promise<{ facts: PlanFacts; failures: Failure[] }> {
    const sweeping = sweepingOf(chain, this.settings);
    if ('off' in sweeping) throw new SweepRefusedError(sweeping.off);
    const extent = await this.scanned.extent(chain);
    if (extent === null) throw new SweepRefusedError(`chain ${chain.name} has not been scanned yet`);
    const idle = await this.deposits.of(chain.chainId, extent.scanned.time, options.paymentIds);
    const { treasury } = sweeping;
    const quote = await chain.accounts.gasQuote();
    const costs = new SweepCosts(chain, treasury, quote, extent.scanned.hash);
    const { done: places, failures } = await sideBySide(
      idle,
      ({ deposit: { address, tokenAddress } }) =>
        `${tokenAddress ?? 'native money'} at ${address} could not be looked at`,
      (one) => this.look(chain, extent, costs, one),
    );
    const [failure] = failures;
    if (failure !== undefined && places.length === 0) throw failure.error;
    const facts: PlanFacts = {
      chainId: chain.chainId,
      treasury,
      maxFeeBps: this.settings.sweepMaxFeeBps,
      isForced: options.isForced,
      pause: await this.pauses.current(),
      gasPrice: gasNotDear({ fees: feesFor(quote, false), maxGasPrice: chain.sweep.maxGasPrice }),
      shared: costs.shared(),
      now: databaseClock.now(),
      scannedNumber: extent.scanned.number,
      places,
    };
    return { facts, failures };
  }

  private async look(
    chain: Chain,
    extent: ChainExtent,
    costs: SweepCosts,
    idle: IdleDeposit,
  ): Promise<PlaceFacts> {
    const { address, tokenAddress } = idle.deposit;
    const tokenProblem = tokenAddress === null ? null : (chain.tokenProblem(tokenAddress)?.reason ?? null);
    const available = await this.balances.available(chain, extent, address, tokenAddress);
    const { final: amount, transferIds } = available;
    // That nothing is there is not believed of a token that is out of service.
    const isEmpty = available.isEmpty && tokenProblem === null;
    const place = { ...idle, tokenProblem, isEmpty, transferIds };
    if (amount === 0n) return { ...place, money: null };
    const money = {
      amount,
      minimum: rulesOf(chain, tokenAddress).minimum,
      isNative: tokenAddress === null,
      asset: tokenAddress ?? 'native',
      valueWei: await this.worth.inWei(null, chain, tokenAddress, amount),
      feeWei: tokenProblem === null ? await costs.feeOf(address, tokenAddress, amount) : 0n,
      mostUnpricedFee: mostUnpricedFee(chain),
      isBatched: batchesFor(chain, tokenAddress) !== undefined,
    };
    return { ...place, money };
  }
}
