import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { type ChainConfig } from '../config/chains.js';
import { CHAINS, SETTINGS } from '../config/configuration.module.js';
import { NoSuchChainError } from '../config/no-such-chain.error.js';
import { type Settings } from '../config/settings.js';
import { RepeatedMessage } from '../process/repeated-message.js';
import { type ChainAccounts } from './accounts/chain-accounts.js';
import { type Connection, connectChain } from './chain-connection.js';
import { type Chain } from './chain.js';
import { checkChain } from './chain-check.js';
import { type ChainStatus } from './chain-status.js';
import { EndpointComparison } from './endpoint-comparison.js';
import { type FinalityTrouble } from './reading/final-block.js';
import { callsAt, type CallResults } from './reading/contract-calls.js';
import { type ContractCall } from './transfers/multicall.js';
import { type NewerFork } from './proof/block-prover.js';
import { NewHeads } from './rpc/new-heads.js';
import { type Contradiction } from './rpc/rpc-contradiction.js';
import { RpcMetrics } from './rpc/rpc-metrics.js';
import { type EndpointReport } from './rpc/rpc-pool-member.js';
import { type TokenProblem } from './tokens/token-check.js';
import { asConfigured, noteTokens } from './tokens/noted-tokens.js';
import { Token } from './tokens/token.entity.js';
import { findTransaction, type FoundTransaction } from './reading/transaction.js';
import { type Address, type ChainId, type TxHash } from '../ids/ids.js';
import { steadyMs } from '../process/steady-time.js';

const ONE_ALONE =
  'one endpoint alone says that a token is the native asset, and the others are silent: they are waited for, for a minute';
const CHECK_AGAIN_MS = 5_000;

/** The configured chains, their tokens, and the way to their nodes. */
@Injectable()
export class ChainService implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(ChainService.name);
  private readonly connections: Map<string, Connection>;
  private readonly halts = new Map<string, string>();
  private readonly waits = new Map<string, string>();
  private readonly complaints = new RepeatedMessage(60_000);
  private readonly comparisons: Map<string, EndpointComparison>;
  private readonly listening: NewHeads[] = [];

  constructor(
    @Inject(CHAINS) chains: ChainConfig[],
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly metrics: RpcMetrics,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    this.connections = new Map(
      chains.map((config) => [config.name, connectChain(config, metrics, this.logger)]),
    );
    this.comparisons = new Map(
      [...this.connections].map(([name, connection]) => [
        name,
        new EndpointComparison(connection, this.logger),
      ]),
    );
  }

  async onModuleInit(): Promise<void> {
    this.metrics.register(() =>
      [...this.connections].map(([chain, { rpc }]) => ({
        chain,
        endpoints: rpc.report(),
        contradictsFrom: rpc.contradiction?.from ?? null,
        isOfNewerFork: this.newerFork(chain) !== null,
        finality: this.finality(chain),
        isOneBelieved: this.believedAlone(chain) !== null,
      })),
    );
    for (const { config } of this.connections.values()) await this.noteTokens(config);
    // Not awaited for longer than a node may take: a dead node must not keep the API of the others from starting.
    await Promise.all(this.all().map((chain) => this.check(chain.name)));
    this.comparisons.forEach((comparison) => comparison.start());
  }

  onApplicationShutdown(): void {
    this.comparisons.forEach((comparison) => comparison.stop());
    this.listening.forEach((newHeads) => newHeads.stop());
    for (const { rpc } of this.connections.values()) rpc.close();
  }

  all(): ChainConfig[] {
    return [...this.connections.values()].map(({ config }) => config);
  }

  /** The chain of a configuration, with the ways to its nodes. */
  of({ name }: Pick<ChainConfig, 'name'>): Chain {
    const { config, accounts, evidence, reader, internal, tokens } = this.connection(name);
    const tokenProblem = (address: Address) => tokens.problemOf(address);
    const disputedAmongEndpoints = () => this.disputedAmongEndpoints(name);
    return { ...config, accounts, evidence, reader, internal, disputedAmongEndpoints, tokenProblem };
  }

  find(name: string): ChainConfig | undefined {
    return this.connections.get(name)?.config;
  }

  status(name: string): ChainStatus {
    const reason = this.halts.get(name);
    return reason === undefined ? this.connection(name).status : { state: 'halted', reasons: [reason] };
  }

  /** @param reason null: the scan goes on again */
  setHalted(name: string, reason: string | null): void {
    if (reason === null) this.halts.delete(name);
    else this.halts.set(name, reason);
  }

  /** @param what for, in words; null: the scan does not wait */
  setWaiting(name: string, what: string | null): void {
    if (what === null) this.waits.delete(name);
    else this.waits.set(name, what);
  }

  /** What the scan of this process waits for, in words; null: nothing. */
  waitsFor(name: string): string | null {
    return this.waits.get(name) ?? null;
  }

  accounts(name: string): ChainAccounts {
    return this.connection(name).accounts;
  }

  /**
   * Listens to the chain's `ws_urls`, if it has any, until the shutdown.
   * @param wake called when there may be a new block; only a hint, which may be missing, late or wrong
   */
  onNewHead(name: string, wake: () => void): void {
    const { wsUrls, chainId, blockTimeMs } = this.connection(name).config;
    if (wsUrls.length === 0) return;
    const onState = (endpoint: string, isConnected: boolean) =>
      this.logger.log(
        { chain: name, endpoint },
        isConnected ? 'subscribed to new heads' : 'not subscribed to new heads',
      );
    const newHeads = new NewHeads(wsUrls, { chainId, blockTimeMs, onHint: wake, onState });
    this.listening.push(newHeads);
    newHeads.start();
  }

  /** How each of the chain's endpoints stands, in the order given. */
  endpoints(name: string): EndpointReport[] {
    return this.connection(name).rpc.report();
  }

  /** What the chain's last blocks had that this version does not know; null: all is known. */
  newerFork(name: string): NewerFork | null {
    const { prover, reader } = this.connection(name);
    return prover.newerFork(reader.headNumber);
  }

  /** What one endpoint alone was believed about, since the others configured said nothing, and why they did not; null: nothing. */
  believedAlone(name: string): string | null {
    const word = this.connection(name).agreed.believedAlone;
    return word === null ? null : `${word.what} (${word.reason})`;
  }

  /** What is wrong with what the chain itself calls final; nothing is where a number of blocks decides. */
  finality(name: string): FinalityTrouble {
    return this.connection(name).reader.finality;
  }

  /**
   * Compares the endpoints of a chain now. While there is a contradiction, which of them is on the losing fork is not
   * known, so nothing in a block at or above `from` may be called confirmed.
   * @returns null when they agree, or there is only one; the last finding when they cannot be compared now
   */
  async contradiction(name: string): Promise<Contradiction | null> {
    return this.named(this.comparisons, name).contradiction();
  }

  /** As it was last found, without asking. */
  lastContradiction(name: string): Contradiction | null {
    return this.connection(name).rpc.contradiction;
  }

  /**
   * Compares the chain with its configuration, unless that has been done; a chain that was refused is compared again now
   * and then, since it may have been the endpoint that was wrong. Tokens that are out of service are so as well.
   * @returns the status reached; `unchecked` when no node answered
   */
  async check(name: string): Promise<ChainStatus> {
    const connection = this.connection(name);
    if (connection.status.state === 'ready') connection.tokens.checkAgain();
    if (connection.status.state === 'ready' || steadyMs() < connection.checkAgainAtMs)
      return connection.status;
    try {
      const { chain: reasons, tokens } = await checkChain(connection.config, connection.rpc);
      connection.tokens.found(tokens);
      connection.status = reasons.length > 0 ? { state: 'refused', reasons } : { state: 'ready' };
      // One look decides what is read from here on: it is looked again while others may say otherwise.
      const isInDoubt = reasons.length === 0 && connection.tokens.isAnyHiddenByOne;
      if (isInDoubt) connection.status = { state: 'unchecked' };
      if (connection.status.state === 'ready') return connection.status;
      connection.checkAgainAtMs = steadyMs() + CHECK_AGAIN_MS;
      if (isInDoubt) throw new Error(ONE_ALONE);
      if (this.complaints.isDue(name, reasons.join(), steadyMs()))
        this.logger.error({ chain: name, reasons }, 'chain refused');
    } catch (error) {
      const reason = (error as Error).message;
      if (this.complaints.isDue(name, reason, steadyMs())) {
        this.logger.warn({ chain: name, reason }, 'chain could not be checked yet');
      }
    }
    return connection.status;
  }

  /** Why a token is out of service; null: it is not. @param address of its contract, lower-case */
  tokenProblem({ name }: Pick<ChainConfig, 'name'>, address: Address): TokenProblem | null {
    return this.connection(name).tokens.problemOf(address);
  }

  /** Null: no such token on any chain. */
  async findToken(id: string): Promise<Token | null> {
    const found = await this.dataSource.manager.findOneBy(Token, { id });
    return found && asConfigured(found, this.all());
  }

  /** Every token of the chain, also those no longer offered: payments that name them are still watched. */
  tokensOf(chainId: ChainId): Promise<Token[]> {
    return this.tokensIn(this.dataSource.manager, chainId);
  }

  /** As `tokensOf`, for a caller that is in a transaction. */
  async tokensIn(manager: EntityManager, chainId: ChainId): Promise<Token[]> {
    const found = await manager.find(Token, { where: { chainId }, order: { symbol: 'ASC', id: 'ASC' } });
    return found.map((token) => asConfigured(token, this.all()));
  }

  /** Null: no endpoint that answered knows it. @throws RpcError */
  transaction(name: string, hash: TxHash): Promise<FoundTransaction | null> {
    const { rpc, config } = this.connection(name);
    return findTransaction(rpc, hash, config.internalTransfers !== 'off');
  }

  /**
   * Calls contracts of a chain at one block.
   * @throws NodesDifferError; RpcError when no endpoint answered
   */
  callContracts(name: string, blockHash: string, calls: readonly ContractCall[]): Promise<CallResults> {
    return callsAt(this.connection(name).rpc, blockHash, calls);
  }

  private connection(name: string): Connection {
    return this.named(this.connections, name);
  }

  private named<T>(chains: ReadonlyMap<string, T>, name: string): T {
    const found = chains.get(name);
    if (found === undefined) throw new NoSuchChainError(name, [...chains.keys()]);
    return found;
  }

  private async disputedAmongEndpoints(name: string): Promise<number | null> {
    const contradiction = await this.contradiction(name);
    const { unshownFrom } = this.connection(name).rpc;
    if (contradiction === null || unshownFrom === null) return contradiction?.from ?? unshownFrom;
    return Math.min(contradiction.from, unshownFrom);
  }

  /** Commands, and processes that neither make payments nor look for them, leave alone what is there. */
  private async noteTokens(config: ChainConfig): Promise<void> {
    const decides = this.settings.roles.some((role) => role === 'api' || role === 'scanner');
    const differing = await noteTokens(this.dataSource, config, decides);
    for (const difference of differing)
      this.logger.warn({ chain: config.name, ...difference }, 'chains.yaml says another thing of a token');
  }
}
