import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { toQuantity } from 'ethers';
import { type ChainConfig } from '../../src/config/chains.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { TEST_MNEMONIC } from './app.js';
import { writeChainsFile } from './chains-file.js';
import { quittance as command } from './command-line.js';
import { createDatabase, type TestDatabase } from './database.js';
import { OddToken } from './odd-token.js';
import { QuittanceProcess } from './quittance-process.js';
import { tokenBalance, TANK, TREASURY } from './sweep-world.js';
import { type TempFolder, tempFolder } from './temp-folder.js';
import { TestChain } from './test-chain.js';
import { waitFor } from './wait-for.js';

const BLOCK_MS = 250;
const TRANSFER_TOPIC = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';
export const TANK_WEI = 10n ** 20n;

export type Asset = 'native' | 'TUSD' | 'ODD';

export interface Paid {
  payment: PaymentView;
  asset: Asset;
  amount: bigint;
}

export interface SentTransaction {
  purpose: string;
  state: string;
  account: string;
  token_address: string | null;
  fee: string;
}

/** A chain that goes on by itself, and a process that sweeps on it and is killed: what a test looks at is in Postgres and on the chain. */
export class SurvivalWorld {
  /** Settings of every process that is started from now on, besides its own. */
  extra: Record<string, string> = {};
  private quittance: QuittanceProcess | null = null;
  private beside: QuittanceProcess | null = null;
  /** Two processes never share one. */
  private readonly folderBeside = tempFolder();
  private isMining = true;
  private miner: Promise<void>;

  private constructor(
    readonly chain: TestChain,
    readonly odd: OddToken,
    readonly database: TestDatabase,
    private readonly folder: TempFolder,
    private readonly waitMs: number,
  ) {
    this.miner = this.mine();
  }

  /** @param configOf what of the chain's configuration is another one; its tokens are TUSD and ODD */
  static async start(
    waitMs: number,
    args: string[] = [],
    configOf: (chain: TestChain) => Promise<Partial<ChainConfig>> = () => Promise.resolve({}),
  ): Promise<SurvivalWorld> {
    const chain = await TestChain.start({}, args);
    const odd = await OddToken.deploy(chain);
    await chain.rpc('anvil_setBalance', [TANK.address, toQuantity(TANK_WEI)]);
    const config = await configOf(chain);
    const world = new SurvivalWorld(chain, odd, await createDatabase(), tempFolder(), waitMs);
    writeChainsFile(world.chainsFile, {
      ...chain.config,
      tokens: [...chain.config.tokens, odd.config],
      ...config,
    });
    return world;
  }

  get chainsFile(): string {
    return join(this.folder.path, 'chains.yaml');
  }

  async stop(): Promise<void> {
    this.isMining = false;
    await this.miner;
    await this.kill();
    await this.killBeside();
    await this.chain.stop();
    await this.database.drop();
    this.folder.remove();
    this.folderBeside.remove();
  }

  async run(): Promise<QuittanceProcess> {
    this.quittance = await this.started('api,scanner,sweeper');
    return this.quittance;
  }

  /** Another process on the same database, which sweeps as well. */
  async runBeside(): Promise<QuittanceProcess> {
    // What is stored encrypted is so under one key.
    copyFileSync(join(this.folder.path, 'secrets.json'), join(this.folderBeside.path, 'secrets.json'));
    this.beside = await this.started('scanner,sweeper', this.folderBeside);
    return this.beside;
  }

  private started(roles: string, folder = this.folder): Promise<QuittanceProcess> {
    return QuittanceProcess.start(folder.path, {
      DATABASE_URL: this.database.url,
      CHAINS_FILE: this.chainsFile,
      MNEMONIC: TEST_MNEMONIC,
      TREASURY_ADDRESS: TREASURY,
      GAS_TANK_PRIVATE_KEY: TANK.privateKey,
      SWEEP_SCHEDULE: '* * * * * *',
      // Short, so that replacements are made among the kills as well.
      SWEEP_BUMP_AFTER: '2s',
      ROLES: roles,
      LOG_LEVEL: 'warn',
      ...this.extra,
    });
  }

  async kill(): Promise<void> {
    await this.quittance?.end('SIGKILL');
  }

  async killBeside(): Promise<void> {
    await this.beside?.end('SIGKILL');
    this.beside = null;
  }

  /** Kills the process at random moments, and starts it again each time. */
  async killAtRandom(times: number): Promise<void> {
    for (let kill = 0; kill < times; kill += 1) {
      await delay(Math.random() * 3_000);
      await this.kill();
      await this.run();
    }
  }

  /** Payments of random amounts, in each of the assets by turns, and pays them. */
  async pay(process: QuittanceProcess, count: number, assets: readonly Asset[]): Promise<Paid[]> {
    const { data } = await process.request<{ data: { tokens: { id: string; symbol: string }[] }[] }>(
      'GET',
      '/chains',
    );
    const tokenId = (symbol: string) => data[0]?.tokens.find((token) => token.symbol === symbol)?.id;
    const paid: Paid[] = [];
    for (let index = 0; index < count; index += 1) {
      const asset = assets[index % assets.length] as Asset;
      const random = BigInt(Math.floor(Math.random() * 1e9)) + 1n;
      const amount = asset === 'native' ? random * 10n ** 9n + 10n ** 16n : random;
      const token_id = asset === 'native' ? null : tokenId(asset);
      const body = { chain: 'testchain', amount: amount.toString(), token_id, expires_in_minutes: 40_000 };
      const payment = await process.request<PaymentView>('POST', '/payments', body);
      if (asset === 'native') await this.chain.pay(payment.address, amount);
      else await this.chain.payToken(payment.address, amount, asset === 'ODD' ? this.odd.address : undefined);
      paid.push({ payment, asset, amount });
    }
    return paid;
  }

  /** Waits until so many payments are settled and nothing is under way, and ends the process. */
  async settled(count: number): Promise<void> {
    await waitFor(
      'every payment to be settled',
      async () => (await this.count(`payments WHERE status = 'settled'`)) === count,
      this.waitMs,
    );
    await waitFor(
      'nothing to be under way',
      async () =>
        (await this.count(`outgoing_transactions WHERE state NOT IN ('confirmed', 'failed')`)) === 0,
      this.waitMs,
    );
    await this.beside?.end();
    this.beside = null;
    await this.quittance?.end();
  }

  rows<T>(sql: string): Promise<T[]> {
    return this.database.dataSource.query<T[]>(sql);
  }

  async count(from: string): Promise<number> {
    return Number((await this.rows<{ count: string }>(`SELECT count(*) FROM ${from}`))[0]?.count);
  }

  outgoing(): Promise<SentTransaction[]> {
    return this.rows<SentTransaction>('SELECT * FROM outgoing_transactions');
  }

  async native(address: string): Promise<bigint> {
    return BigInt(await this.chain.rpc<string>('eth_getBalance', [address, 'latest']));
  }

  token(address: string, token = this.chain.token): Promise<bigint> {
    return tokenBalance(this.chain, token, address);
  }

  /** Who sent tokens to the treasury, once for each transfer; lower-case. */
  async tokenSenders(): Promise<string[]> {
    const topics = [TRANSFER_TOPIC, null, `0x${TREASURY.slice(2).toLowerCase().padStart(64, '0')}`];
    const logs = await this.chain.rpc<{ topics: string[] }[]>('eth_getLogs', [
      { fromBlock: '0x0', toBlock: 'latest', topics },
    ]);
    return logs.map(({ topics: [, from = ''] }) => `0x${from.slice(-40)}`);
  }

  /** `quittance ledger check` exits with 0 and finds no difference. @returns what it says of the chain */
  async requireLedger(): Promise<Record<string, unknown>> {
    const settings = { DATABASE_URL: this.database.url, CHAINS_FILE: this.chainsFile };
    const { code, out, err } = await command(['ledger', 'check', '--json'], settings);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const { chains } = JSON.parse(out) as { chains: [Record<string, unknown>] };
    expect(chains[0]).toMatchObject({ differences: [], notes: [] });
    return chains[0];
  }

  private async mine(): Promise<void> {
    while (this.isMining) {
      await this.chain.mine();
      await delay(BLOCK_MS);
    }
  }
}

export function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n);
}
