import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { formatUnits } from 'ethers';
import { Gauge } from 'prom-client';
import { DataSource } from 'typeorm';
import { Token } from '../chain/tokens/token.entity.js';
import { type ChainConfig } from '../config/chains.js';
import { CHAINS } from '../config/configuration.module.js';
import { type LedgerTotal, RunningTotals } from './running-totals.js';

/** Metrics of the books. They are read when it asks. */
@Injectable()
export class LedgerMetrics implements OnModuleInit {
  private readonly totals: RunningTotals;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(CHAINS) private readonly chains: ChainConfig[],
  ) {
    this.totals = new RunningTotals(dataSource);
  }

  onModuleInit(): void {
    const read = () => this.read();
    new Gauge({
      name: 'quittance_ledger_balance',
      help: 'What the ledger says of an account, in whole units of the asset; token is empty for the native one',
      labelNames: ['chain', 'asset', 'token', 'account'],
      async collect() {
        const balances = await read();
        this.reset();
        for (const { value, ...labels } of balances) this.set(labels, value);
      },
    });
  }

  /** Of chains that are configured. */
  private async read() {
    const totals = await this.totals.read();
    const tokens = await this.dataSource.manager.find(Token);
    return totals.flatMap((total) => {
      const chain = this.chains.find(({ chainId }) => chainId === total.chainId);
      const asset = chain && assetOf(chain, tokens, total);
      if (!asset) return [];
      const { account, tokenAddress } = total;
      // A gauge is a float: near enough to draw and to alert by, and nothing is decided by it.
      const value = Number(formatUnits(total.amount, asset.decimals));
      return [{ chain: chain.name, asset: asset.symbol, token: tokenAddress ?? '', account, value }];
    });
  }
}

function assetOf(chain: ChainConfig, tokens: readonly Token[], { chainId, tokenAddress }: LedgerTotal) {
  if (tokenAddress === null) return chain.native;
  return tokens.find((token) => token.chainId === chainId && token.address === tokenAddress);
}
