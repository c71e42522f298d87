import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { toQuantity } from 'ethers';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { TEST_MNEMONIC } from '../harness/app.js';
import { writeChainsFile } from '../harness/chains-file.js';
import { quittance as command } from '../harness/command-line.js';
import { createDatabase, type TestDatabase } from '../harness/database.js';
import { OddToken } from '../harness/odd-token.js';
import { QuittanceProcess } from '../harness/quittance-process.js';
import { TANK, TREASURY } from '../harness/sweep-world.js';
import { type TempFolder, tempFolder } from '../harness/temp-folder.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';

/** SWEEP_PAYMENTS=200 SWEEP_KILLS=20 for the whole of it. */
const PAYMENTS = Number(process.env.SWEEP_PAYMENTS ?? 24);
const KILLS = Number(process.env.SWEEP_KILLS ?? 4);
const WAIT_MS = 120_000 + PAYMENTS * 1_000;
const BLOCK_MS = 250;
const TANK_WEI = 10n ** 20n;
const TRANSFER_TOPIC = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';

let chain: TestChain;
let odd: OddToken;
let database: TestDatabase;
let folder: TempFolder;
let quittance: QuittanceProcess | null = null;
let isMining = true;
let miner: Promise<void>;

beforeEach(async () => {
  chain = await TestChain.start();
  odd = await OddToken.deploy(chain);
  await chain.rpc('anvil_setBalance', [TANK.address, toQuantity(TANK_WEI)]);
  database = await createDatabase();
  folder = tempFolder();
  writeChainsFile(join(folder.path, 'chains.yaml'), {
    ...chain.config,
    tokens: [...chain.config.tokens, odd.config],
  });
  isMining = true;
  miner = mine();
});
afterEach(async () => {
  isMining = false;
  await miner;
  await quittance?.end('SIGKILL');
  await chain.stop();
  await database.drop();
  folder.remove();
});

async function mine(): Promise<void> {
  while (isMining) {
    await chain.mine();
    await delay(BLOCK_MS);
  }
}

const start = async () => {
  quittance = await QuittanceProcess.start(folder.path, {
    DATABASE_URL: database.url,
    CHAINS_FILE: join(folder.path, 'chains.yaml'),
    MNEMONIC: TEST_MNEMONIC,
    TREASURY_ADDRESS: TREASURY,
    GAS_TANK_PRIVATE_KEY: TANK.privateKey,
    SWEEP_SCHEDULE: '* * * * * *',
    // Short, so that replacements are made among the kills as well.
    SWEEP_BUMP_AFTER: '2s',
    ROLES: 'api,scanner,sweeper',
    LOG_LEVEL: 'warn',
  });
  return quittance;
};
const rows = <T>(sql: string) => database.dataSource.query<T[]>(sql);
const countOf = async (sql: string) => Number((await rows<{ count: string }>(sql))[0]?.count);
const native = async (address: string) =>
  BigInt(await chain.rpc<string>('eth_getBalance', [address, 'latest']));
const tokenBalance = async (token: string, address: string) => {
  const data = `0x70a08231${address.slice(2).toLowerCase().padStart(64, '0')}`;
  return BigInt(await chain.rpc<string>('eth_call', [{ to: token, data }, 'latest']));
};
const sum = (amounts: readonly bigint[]) => amounts.reduce((total, amount) => total + amount, 0n);

interface Paid {
  payment: PaymentView;
  asset: 'native' | 'TUSD' | 'ODD';
  amount: bigint;
}

async function pay(process: QuittanceProcess): Promise<Paid[]> {
  const { data } = await process.request<{ data: { tokens: { id: string; symbol: string }[] }[] }>(
    'GET',
    '/chains',
  );
  const tokenId = (symbol: string) => data[0]?.tokens.find((token) => token.symbol === symbol)?.id;
  const paid: Paid[] = [];
  for (let index = 0; index < PAYMENTS; index += 1) {
    const asset = (['native', 'TUSD', 'ODD'] as const)[index % 3] as Paid['asset'];
    const random = BigInt(Math.floor(Math.random() * 1e9)) + 1n;
    const amount = asset === 'native' ? random * 10n ** 9n + 10n ** 16n : random;
    const token_id = asset === 'native' ? null : tokenId(asset);
    const body = { chain: 'testchain', amount: amount.toString(), token_id, expires_in_minutes: 40_000 };
    const payment = await process.request<PaymentView>('POST', '/payments', body);
    if (asset === 'native') await chain.pay(payment.address, amount);
    else await chain.payToken(payment.address, amount, asset === 'ODD' ? odd.address : undefined);
    paid.push({ payment, asset, amount });
  }
  return paid;
}

/** Every transfer to the treasury on the chain, by sender and asset. */
async function arrivals(): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const add = (key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
  const height = await chain.height();
  for (let number = 0; number <= height; number += 1) {
    const block = await chain.rpc<{ transactions: { from: string; to: string | null }[] }>(
      'eth_getBlockByNumber',
      [toQuantity(number), true],
    );
    for (const { from, to } of block.transactions) {
      if (to?.toLowerCase() === TREASURY.toLowerCase()) add(`${from.toLowerCase()} native`);
    }
  }
  const topics = [TRANSFER_TOPIC, null, `0x${TREASURY.slice(2).toLowerCase().padStart(64, '0')}`];
  const logs = await chain.rpc<{ address: string; topics: string[] }[]>('eth_getLogs', [
    { fromBlock: '0x0', toBlock: 'latest', topics },
  ]);
  for (const {
    topics: [, from = ''],
  } of logs)
    add(`0x${from.slice(-40)} token`);
  return counts;
}

describe('sweeps', () => {
  it(
    `of ${PAYMENTS} payments arrive once each and to the wei, while the process is killed ${KILLS} times`,
    async () => {
      const paid = await pay(await start());
      for (let kill = 0; kill < KILLS; kill += 1) {
        await delay(Math.random() * 3_000);
        await quittance?.end('SIGKILL');
        await start();
      }
      await waitFor(
        'every payment to be settled',
        async () => (await countOf(`SELECT count(*) FROM payments WHERE status = 'settled'`)) === PAYMENTS,
        WAIT_MS,
      );
      await waitFor(
        'nothing to be under way',
        async () =>
          (await countOf(
            `SELECT count(*) FROM outgoing_transactions WHERE state NOT IN ('confirmed', 'failed')`,
          )) === 0,
        WAIT_MS,
      );
      await quittance?.end();

      const of = (asset: Paid['asset']) => paid.filter((one) => one.asset === asset);
      const received = (asset: Paid['asset']) => sum(of(asset).map(({ amount }) => amount));
      const outgoing = await rows<{
        purpose: string;
        token_address: string | null;
        amount: string;
        fee: string;
      }>('SELECT * FROM outgoing_transactions');
      const fees = (purpose: string, isNative = true) =>
        sum(
          outgoing
            .filter((row) => row.purpose === purpose && (row.token_address === null) === isNative)
            .map(({ fee }) => BigInt(fee)),
        );
      expect(await native(TREASURY)).toBe(received('native') - fees('sweep'));
      expect(await tokenBalance(chain.token, TREASURY)).toBe(received('TUSD'));
      expect(await tokenBalance(odd.address, TREASURY)).toBe(received('ODD'));

      // What the tank gave is gas that was used, or that still lies where it was sent.
      const left = sum(await Promise.all(paid.map(({ payment }) => native(payment.address))));
      const spent = fees('gas') + fees('sweep', false) + fees('gas_return');
      expect(TANK_WEI - (await native(TANK.address))).toBe(spent + left);

      const counts = await arrivals();
      for (const { payment, asset } of paid) {
        const key = `${payment.address.toLowerCase()} ${asset === 'native' ? 'native' : 'token'}`;
        expect([key, counts.get(key)]).toEqual([key, 1]);
      }
      const settled = await countOf(`SELECT count(*) FROM events WHERE type = 'payment.settled'`);
      expect(settled).toBe(PAYMENTS);

      const settings = { DATABASE_URL: database.url, CHAINS_FILE: join(folder.path, 'chains.yaml') };
      const checked = await command(['ledger', 'check', '--json'], settings);
      expect({ code: checked.code, err: checked.err }).toEqual({ code: 0, err: '' });
      const [report] = (JSON.parse(checked.out) as { chains: Record<string, unknown>[] }).chains;
      expect(report).toMatchObject({
        addresses: PAYMENTS,
        transactions: outgoing.length,
        differences: [],
        notes: [],
      });
    },
    WAIT_MS * 2,
  );
});
