import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { ChainUnreadableError, FundsReader } from '../chain/accounts/funds-reader.js';
import { scannedPositions } from '../chain/position/scanned-positions.js';
import { RpcError } from '../chain/rpc/rpc-error.js';
import { Token } from '../chain/tokens/token.entity.js';
import { type ChainConfig } from '../config/chains.js';
import { CHAINS, SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { accountBalances, customerTurnover } from '../ledger/ledger-balances.js';
import { LedgerRepository } from '../ledger/ledger.repository.js';
import { PayingAccounts } from '../ledger/paying-accounts.js';
import { LEDGER_ACCOUNTS, type LedgerAccount, type LedgerLeg } from '../ledger/posting.js';
import { checkDeposits, checkPaying } from './balance-check.js';
import { keepCheckResult } from './ledger-check-results.js';
import { checkOutgoing } from './outgoing-check.js';
import { type CheckedBalance, type CheckedChain, type CheckedTurnover, Remarks } from './report.js';
import { NoSuchChainError } from '../config/no-such-chain.error.js';

/** While it was compared, the block was replaced: what was found is of no chain. */
export class BlockReplacedError extends Error {
  readonly retryable = true;

  constructor(chain: string, block: number) {
    super(
      `block ${block} of ${chain}, up to which it is scanned, is not on the chain its nodes have now: a reorg is under ` +
        'way, or a node is on a fork; try again in a moment',
    );
  }
}

/** Proves the books by the chain. It changes nothing of them. */
@Injectable()
export class LedgerCheck {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(CHAINS) private readonly chains: ChainConfig[],
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'xpub'>,
    private readonly repository: LedgerRepository,
    private readonly accounts: PayingAccounts,
  ) {}

  /**
   * Compares a chain with its books, both after the block up to which it is scanned. The books are read as they are in
   * one moment, so that the app may go on meanwhile.
   * @param onProgress called with the number of addresses compared
   * A token that cannot be read, or a chain that cannot be asked, is reported as not checked.
   */
  async check(
    chain: ChainConfig,
    onProgress: (addresses: number) => void = () => undefined,
  ): Promise<CheckedChain> {
    try {
      return await this.compared(chain, onProgress);
    } catch (error) {
      if (!isUncheckable(error)) throw error;
      const report = emptyReport(chain);
      report.unchecked.add(`the whole chain: ${error.message}`);
      return report;
    }
  }

  /** @throws ChainUnreadableError, BlockReplacedError, RpcError */
  private compared(chain: ChainConfig, onProgress: (addresses: number) => void): Promise<CheckedChain> {
    return this.dataSource.transaction('REPEATABLE READ', async (manager) => {
      const report = emptyReport(chain);
      const scanned = (await scannedPositions(manager, [chain.chainId])).get(chain.chainId);
      if (scanned === undefined) return report;
      const tokens = await manager.find(Token, {
        where: { chainId: chain.chainId },
        order: { symbol: 'ASC' },
      });
      const reader = await FundsReader.open({ ...chain, tokens }, scanned.hash);
      try {
        report.block = scanned;
        await this.compare(manager, reader, report, onProgress);
        if (!(await reader.isCanonical())) throw new BlockReplacedError(chain.name, scanned.number);
        return report;
      } finally {
        reader.close();
      }
    });
  }

  /** Has metrics tell of what the checks came to. */
  async keep(reports: readonly CheckedChain[]): Promise<void> {
    for (const report of reports) await keepCheckResult(this.dataSource.manager, report);
  }

  /** The chains to be checked. @throws NoSuchChainError */
  chosen(name: string | undefined): ChainConfig[] {
    const found = this.chains.filter((chain) => name === undefined || chain.name === name);
    if (found.length > 0) return found;
    throw new NoSuchChainError(
      name,
      this.chains.map((chain) => chain.name),
    );
  }

  private async compare(
    manager: EntityManager,
    reader: FundsReader,
    report: CheckedChain,
    onProgress: (addresses: number) => void,
  ): Promise<void> {
    if (!(await reader.isCanonical())) throw new BlockReplacedError(reader.name, reader.block.number);
    const { repository } = this;
    const paying = await this.accounts.of(manager, reader.chain.chainId);
    const lacking = await checkOutgoing({ manager, repository, reader, paying, report });
    const isSweptElsewhere = this.settings.xpub !== null && report.transactions === 0;
    const context = { manager, reader, report, lacking, isSweptElsewhere };
    const deposits = await checkDeposits(context, () => onProgress(report.addresses));
    const onChain = new Map<LedgerAccount, (bigint | null)[]>([
      ['deposit', deposits],
      ...(await checkPaying(context, paying)),
    ]);
    report.balances.push(...(await balances(manager, reader, lacking, onChain)));
    report.customers.push(...(await customers(manager, reader)));
  }
}

function isUncheckable(error: unknown): error is Error {
  return (
    error instanceof RpcError || error instanceof ChainUnreadableError || error instanceof BlockReplacedError
  );
}

/** What the books say of each account and asset, beside what the chain does. */
async function balances(
  manager: EntityManager,
  { chain, assets, block }: FundsReader,
  lacking: readonly LedgerLeg[],
  onChain: ReadonlyMap<LedgerAccount, (bigint | null)[]>,
): Promise<CheckedBalance[]> {
  const booked = [...(await accountBalances(manager, chain.chainId, block.number)), ...lacking];
  return assets.flatMap((asset, position) =>
    LEDGER_ACCOUNTS.flatMap((account): CheckedBalance[] => {
      const own = booked.filter((one) => one.account === account && one.tokenAddress === asset.token);
      const held = onChain.get(account)?.[position] ?? null;
      if (own.length === 0 && (held ?? 0n) === 0n) return [];
      return [{ account, asset, ledger: own.reduce((sum, { amount }) => sum + amount, 0n), onChain: held }];
    }),
  );
}

async function customers(
  manager: EntityManager,
  { chain, assets, block }: FundsReader,
): Promise<CheckedTurnover[]> {
  const booked = await customerTurnover(manager, chain.chainId, block.number);
  return assets.flatMap((asset) => {
    const own = booked.find(({ tokenAddress }) => tokenAddress === asset.token);
    return own ? [{ asset, received: own.received, returned: own.returned }] : [];
  });
}

function emptyReport({ name, chainId }: ChainConfig): CheckedChain {
  return {
    chain: name,
    chainId,
    block: null,
    addresses: 0,
    transactions: 0,
    balances: [],
    customers: [],
    differences: new Remarks(),
    unchecked: new Remarks(),
    notes: new Remarks(),
  };
}
