import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { type ChainConfig } from '../config/chains.js';
import { CHAINS } from '../config/configuration.module.js';
import { RepeatedMessage } from '../process/repeated-message.js';
import { checkChain } from './chain-check.js';
import { type ChainReader, RpcChainReader } from './chain-reader.js';
import { RpcPool } from './rpc-pool.js';
import { Token } from './token.entity.js';
import { tokenId } from './token-id.js';

/**
 * `unchecked`: no node has answered yet, so nothing is known against it. `refused`: chains.yaml and chain disagree.
 * `halted`: this process found a reorg below every block it remembers, and scans no further.
 */
export type ChainStatus =
  { state: 'ready' | 'unchecked' } | { state: 'refused' | 'halted'; reasons: string[] };

interface Connection {
  config: ChainConfig;
  rpc: RpcPool;
  reader: ChainReader;
  status: ChainStatus;
}

/** The configured chains, their tokens, and the way to their nodes. */
@Injectable()
export class ChainService implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(ChainService.name);
  private readonly connections: Map<string, Connection>;
  private readonly halts = new Map<string, string>();
  private readonly complaints = new RepeatedMessage(60_000);

  constructor(
    @Inject(CHAINS) chains: ChainConfig[],
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {
    this.connections = new Map(chains.map((config) => [config.name, connect(config)]));
  }

  async onModuleInit(): Promise<void> {
    for (const { config } of this.connections.values()) await this.syncTokens(config);
    // Not awaited for longer than a node may take: a dead node must not keep the API of the others from starting.
    await Promise.all(this.all().map((chain) => this.check(chain.name)));
  }

  onApplicationShutdown(): void {
    for (const { rpc } of this.connections.values()) rpc.close();
  }

  all(): ChainConfig[] {
    return [...this.connections.values()].map(({ config }) => config);
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

  reader(name: string): ChainReader {
    return this.connection(name).reader;
  }

  /**
   * Compares the chain with its configuration, unless that has been done.
   * @returns the status reached; `unchecked` when no node answered
   */
  async check(name: string): Promise<ChainStatus> {
    const connection = this.connection(name);
    if (connection.status.state !== 'unchecked') return connection.status;
    try {
      const reasons = await checkChain(connection.config, connection.rpc);
      connection.status = reasons.length > 0 ? { state: 'refused', reasons } : { state: 'ready' };
      if (reasons.length > 0) this.logger.error({ chain: name, reasons }, 'chain refused');
    } catch (error) {
      const reason = (error as Error).message;
      if (this.complaints.isDue(name, reason, Date.now())) {
        this.logger.warn({ chain: name, reason }, 'chain could not be checked yet');
      }
    }
    return connection.status;
  }

  /** Null: no such token on any chain. */
  findToken(id: string): Promise<Token | null> {
    return this.dataSource.manager.findOneBy(Token, { id });
  }

  /** Every token of the chain, also those no longer offered: payments that name them are still watched. */
  tokensOf(chainId: number): Promise<Token[]> {
    return this.dataSource.manager.find(Token, { where: { chainId }, order: { symbol: 'ASC', id: 'ASC' } });
  }

  /** The contracts of `tokensOf`, lower-case. */
  async watchedTokens(chainId: number): Promise<ReadonlySet<string>> {
    return new Set((await this.tokensOf(chainId)).map((token) => token.address));
  }

  private connection(name: string): Connection {
    const connection = this.connections.get(name);
    if (!connection) throw new Error(`no chain is named ${name}`);
    return connection;
  }

  /** What chains.yaml no longer lists is switched off, never deleted: payments refer to it. */
  private async syncTokens({ chainId, tokens }: ChainConfig): Promise<void> {
    const rows = tokens.map((token) => ({ ...token, id: tokenId(chainId, token.address), chainId }));
    await this.dataSource.transaction(async (manager) => {
      await manager.update(Token, { chainId }, { enabled: false });
      if (rows.length > 0) await manager.upsert(Token, rows, ['id']);
    });
  }
}

function connect(config: ChainConfig): Connection {
  const rpc = new RpcPool(config.rpcUrls, config.chainId);
  return { config, rpc, reader: new RpcChainReader(rpc), status: { state: 'unchecked' } };
}
