import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { HDNodeWallet, Mnemonic } from 'ethers';
import { TEST_MNEMONIC } from './app.js';
import { writeChainsFile } from './chains-file.js';
import { createDatabase, type TestDatabase } from './database.js';
import { QuittanceProcess } from './quittance-process.js';
import { tempFolder } from './temp-folder.js';
import { TestChain } from './test-chain.js';
import { waitFor } from './wait-for.js';

const ACCOUNT = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(TEST_MNEMONIC), "m/44'/60'/0'").neuter();

/** The deposit address of that index. */
export const addressAt = (index: number) => ACCOUNT.deriveChild(0).deriveChild(index).address;

/** What a process in production needs: a chain, a database, a folder to start in, and the settings that name them. */
export class ProductionWorld {
  private constructor(
    readonly chain: TestChain,
    readonly database: TestDatabase,
    readonly folder: ReturnType<typeof tempFolder>,
    readonly settings: Record<string, string>,
  ) {}

  static async start(): Promise<ProductionWorld> {
    const folder = tempFolder();
    const chain = await TestChain.start();
    const database = await createDatabase();
    const chainsFile = join(folder.path, 'chains.yaml');
    writeChainsFile(chainsFile, chain.config);
    return new ProductionWorld(chain, database, folder, {
      NODE_ENV: 'production',
      CHAINS_FILE: chainsFile,
      XPUB: ACCOUNT.extendedKey,
      ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      DATABASE_URL: database.url,
    });
  }

  async stop(): Promise<void> {
    await this.database.drop();
    await this.chain.stop();
    this.folder.remove();
  }

  /** @returns what a start said that gave up */
  async refused(settings: Record<string, string>): Promise<string> {
    const started = await QuittanceProcess.spawn(this.folder.path, settings);
    await waitFor('the process to give up', () => started.hasEnded, 120_000);
    expect(await started.end()).toBe(1);
    return started.output;
  }
}

/** Every line is an event of the log. */
export const logEvents = (output: string) =>
  output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
