import { Inject, Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { ChainService } from '../../chain/chain.service.js';
import { type ChainConfig } from '../../config/chains.js';
import { SETTINGS } from '../../config/configuration.module.js';
import { type Settings } from '../../config/settings.js';
import { DepositFunds, type UnsweptDeposit } from '../../payments/deposit-funds.js';
import { type ChainExtent, ScannedChain } from '../../scanner/scanned-chain.js';
import { type Candidate, type Decision, decideTogether, type Obstacle } from './decide.js';
import { DepositBalances } from './deposit-balances.js';
import { Obstacles } from './obstacles.js';
import { SweepCosts } from './sweep-costs.js';
import { batchesFor } from './sweep-path.js';
import { Sweep } from '../sweep.entity.js';
import { rulesOf, sweepingOf, valueInWei } from './sweeping.js';
import { NOTHING_LEFT, SweepsRepository } from '../sweeps.repository.js';
import { holdUntilCommit } from '../../database/transaction-lock.js';

/** Addresses looked at side by side. */
const AT_ONCE = 25;

export interface PlanOptions {
  /** Of these payments only, whatever their status; null: of all that may be swept. */
  paymentIds: readonly string[] | null;
  /** Neither minimum, nor fee share, nor earlier failures hold it back. */
  isForced: boolean;
  /** Nothing is written. */
  isDryRun: boolean;
}

/** Money at an address, and what is to become of it. */
export interface Planned {
  deposit: UnsweptDeposit;
  treasury: string;
  candidate: Candidate;
  decision: Decision;
}

/** What holds for a whole plan. */
interface Known {
  treasury: string;
  costs: SweepCosts;
  obstacleOf: (deposit: UnsweptDeposit) => Obstacle | null;
}

/** What is asked for cannot be done, and why. */
export class SweepRefusedError extends Error {}

/**
 * Decides what of the money at deposit addresses goes to the treasury now, and notes why the rest waits. It signs
 * nothing and needs no key, so that any process may plan; one at a time does.
 */
@Injectable()
export class SweepPlanner {
  private readonly logger = new Logger('Sweeper');

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly chains: ChainService,
    private readonly scanned: ScannedChain,
    private readonly funds: DepositFunds,
    private readonly balances: DepositBalances,
    private readonly obstacles: Obstacles,
    private readonly sweeps: SweepsRepository,
  ) {}

  /**
   * @returns what was found at the addresses that no sweep is under way from
   * @throws SweepRefusedError, RpcError
   */
  async plan(chain: ChainConfig, options: PlanOptions): Promise<Planned[]> {
    const sweeping = sweepingOf(chain, this.settings);
    if ('off' in sweeping) throw new SweepRefusedError(sweeping.off);
    const extent = await this.scanned.extent(chain);
    if (extent === null) throw new SweepRefusedError(`chain ${chain.name} has not been scanned yet`);
    const deposits = await this.idle(chain, extent, options.paymentIds);
    const { treasury } = sweeping;
    const quote = await this.chains.accounts(chain.name).gasQuote();
    const costs = new SweepCosts(this.chains, chain, treasury, quote);
    const obstacleOf = await this.obstacles.of(chain, quote, deposits, options.isForced);
    const found = await this.found(chain, extent, { treasury, costs, obstacleOf }, deposits, options);
    const { candidates, decisions } = decideTogether(
      found.map(({ candidate }) => candidate),
      this.settings.sweepMaxFeeBps,
      costs.shared(),
    );
    const planned = found.map((one, index) => ({
      ...one,
      candidate: candidates[index] as Candidate,
      decision: decisions[index] as Decision,
    }));
    if (!options.isDryRun) await this.write(chain, planned);
    return planned;
  }

  /** Without those that a sweep is under way from. */
  private async idle(
    chain: ChainConfig,
    { scanned }: ChainExtent,
    paymentIds: readonly string[] | null,
  ): Promise<UnsweptDeposit[]> {
    const { manager } = this.dataSource;
    const deposits = await this.funds.unswept(manager, chain.chainId, scanned.time, paymentIds);
    const open = await this.sweeps.openAt(
      manager,
      chain.chainId,
      deposits.map(({ address }) => address),
    );
    const busy = new Set(open.filter(({ state }) => state !== 'waiting').map(keyOf));
    return deposits.filter((deposit) => !busy.has(keyOf({ ...deposit, from: deposit.address })));
  }

  private async found(
    chain: ChainConfig,
    extent: ChainExtent,
    { treasury, costs, obstacleOf }: Known,
    deposits: readonly UnsweptDeposit[],
    options: PlanOptions,
  ): Promise<Omit<Planned, 'decision'>[]> {
    const found: Omit<Planned, 'decision'>[] = [];
    for (let first = 0; first < deposits.length; first += AT_ONCE) {
      const some = deposits.slice(first, first + AT_ONCE).map(async (deposit) => {
        const { address, tokenAddress } = deposit;
        const { final, hasMore } = await this.balances.available(chain, extent, address, tokenAddress);
        if (final === 0n) {
          if (!hasMore && !options.isDryRun) await this.empty(chain, extent, deposit);
          return [];
        }
        const candidate: Candidate = {
          amount: final,
          minimum: rulesOf(chain, tokenAddress).minimum,
          isNative: tokenAddress === null,
          asset: tokenAddress ?? 'native',
          valueWei: valueInWei(chain, tokenAddress, final),
          feeWei: await costs.feeOf(address, tokenAddress, final),
          isBatched: batchesFor(chain, tokenAddress) !== undefined,
          isForced: options.isForced,
          obstacle: obstacleOf(deposit),
        };
        return [{ deposit, treasury, candidate }];
      });
      found.push(...(await Promise.all(some)).flat());
    }
    return found;
  }

  /** Nothing is there any more: swept in parts, refunded, or taken by whoever else has the key. */
  private async empty(chain: ChainConfig, { scanned }: ChainExtent, deposit: UnsweptDeposit): Promise<void> {
    const { chainId } = chain;
    const { address, tokenAddress, paymentId } = deposit;
    await this.dataSource.transaction(async (manager) => {
      await this.funds.markSwept(manager, { chainId, address, tokenAddress, upToBlock: scanned.number });
      const place = { chainId, from: address, tokenAddress };
      const last = await this.sweeps.lastConfirmed(manager, place);
      const waiting = (await this.sweeps.openAt(manager, chainId, [address])).filter(
        (sweep) => sweep.state === 'waiting' && sweep.tokenAddress === tokenAddress,
      );
      for (const { id } of waiting) {
        const reason = NOTHING_LEFT;
        await manager.update(Sweep, { id }, { state: 'failed', reason, finishedAt: new Date() });
      }
      if (last?.outgoingId == null) return;
      const hash = (await this.sweeps.hashesIn(manager, [last.outgoingId])).get(last.outgoingId) as string;
      const sweep = { tx_hash: hash, amount: String(last.received), fee: String(last.fee) };
      await this.funds.settle(manager, { paymentId, chainId, tokenAddress }, sweep);
    });
  }

  private async write(chain: ChainConfig, planned: readonly Planned[]): Promise<void> {
    if (planned.length === 0) return;
    await this.dataSource.transaction(async (manager) => {
      await holdUntilCommit(manager, `quittance sweep plan ${chain.chainId}`);
      const addresses = planned.map(({ deposit }) => deposit.address);
      const open = await this.sweeps.openAt(manager, chain.chainId, addresses);
      const known = new Map(open.map((sweep) => [keyOf(sweep), sweep]));
      for (const one of planned) await writeOne(manager, chain, one, known);
    });
    const going = planned.filter(({ decision }) => decision.go).length;
    const line = { chain: chain.name, planned: going, waiting: planned.length - going };
    if (going > 0) this.logger.log(line, 'sweeps planned');
  }
}

async function writeOne(
  manager: EntityManager,
  { chainId }: ChainConfig,
  { deposit, treasury, candidate, decision }: Planned,
  known: ReadonlyMap<string, Sweep>,
): Promise<void> {
  const before = known.get(keyOf({ ...deposit, from: deposit.address }));
  // Somebody else planned it meanwhile.
  if (before !== undefined && before.state !== 'waiting') return;
  const row: Partial<Sweep> = {
    treasury,
    amount: candidate.amount,
    estimatedFee: candidate.feeWei,
    state: decision.go ? 'planned' : 'waiting',
    reasonCode: decision.go ? null : decision.code,
    reason: decision.go ? null : decision.reason,
    isForced: candidate.isForced,
    updatedAt: new Date(),
  };
  if (before !== undefined) {
    await manager.update(Sweep, { id: before.id }, row);
    return;
  }
  await manager.insert(Sweep, {
    ...row,
    id: uuidv7(),
    chainId,
    paymentId: deposit.paymentId,
    merchantId: deposit.merchantId,
    from: deposit.address,
    derivationIndex: deposit.derivationIndex,
    tokenAddress: deposit.tokenAddress,
    path: 'transfer',
  });
}

function keyOf({ from, tokenAddress }: Pick<Sweep, 'from' | 'tokenAddress'>): string {
  return `${from} ${tokenAddress ?? 'native'}`;
}
