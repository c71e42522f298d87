import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Transaction, toQuantity } from 'ethers';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { creationCode } from '../../src/outgoing/delegate/sweep-delegate.js';
import { TEST_MNEMONIC } from '../harness/app.js';
import { writeChainsFile } from '../harness/chains-file.js';
import { quittance as command } from '../harness/command-line.js';
import { createDatabase, type TestDatabase } from '../harness/database.js';
import { FaultyRpc } from '../harness/faulty-rpc.js';
import { hung } from '../harness/faulty-rpc-faults.js';
import { OddToken } from '../harness/odd-token.js';
import { QuittanceProcess } from '../harness/quittance-process.js';
import { PARTIES, TANK, TREASURY } from '../harness/sweep-world.js';
import { type TempFolder, tempFolder } from '../harness/temp-folder.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';

/** SWEEP_PAYMENTS=200 SWEEP_KILLS=20 for the whole of it. */
const PAYMENTS = Number(process.env.SWEEP_PAYMENTS ?? 18);
const KILLS = Number(process.env.SWEEP_KILLS ?? 4);
const WAIT_MS = 120_000 + PAYMENTS * 1_000;
const BLOCK_MS = 250;
const TANK_WEI = 10n ** 20n;
const TRANSFER_TOPIC = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';

let chain: TestChain;
let node: FaultyRpc;
let odd: OddToken;
let database: TestDatabase;
let folder: TempFolder;
let quittance: QuittanceProcess | null = null;
let isMining = true;
let miner: Promise<void>;
const chainsFile = () => join(folder.path, 'chains.yaml');

beforeEach(async () => {
  chain = await TestChain.start({}, ['--hardfork', 'prague']);
  odd = await OddToken.deploy(chain);
  node = await FaultyRpc.start(chain.url);
  const delegate = await chain.deploy(creationCode(PARTIES));
  await chain.rpc('anvil_setBalance', [TANK.address, toQuantity(TANK_WEI)]);
  database = await createDatabase();
  folder = tempFolder();
  writeChainsFile(chainsFile(), {
    ...chain.config,
    rpcUrls: [node.url],
    tokens: [...chain.config.tokens, odd.config],
    sweep: { enabled: true, minimum: 0n, batches: { delegate, size: 5 } },
  });
  isMining = true;
  miner = mine();
});
afterEach(async () => {
  isMining = false;
  await miner;
  await quittance?.end('SIGKILL');
  await node.die();
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
    CHAINS_FILE: chainsFile(),
    MNEMONIC: TEST_MNEMONIC,
    TREASURY_ADDRESS: TREASURY,
    GAS_TANK_PRIVATE_KEY: TANK.privateKey,
    SWEEP_SCHEDULE: '* * * * * *',
    SWEEP_BUMP_AFTER: '2s',
    ROLES: 'api,scanner,sweeper',
    LOG_LEVEL: 'warn',
  });
  return quittance;
};
const rows = <T>(sql: string) => database.dataSource.query<T[]>(sql);
const countOf = async (sql: string) => Number((await rows<{ count: string }>(sql))[0]?.count);
const balance = async (address: string, token: string) => {
  const data = `0x70a08231${address.slice(2).toLowerCase().padStart(64, '0')}`;
  return BigInt(await chain.rpc<string>('eth_call', [{ to: token, data }, 'latest']));
};
const sum = (amounts: readonly bigint[]) => amounts.reduce((total, amount) => total + amount, 0n);

interface Paid {
  payment: PaymentView;
  symbol: 'TUSD' | 'ODD';
  amount: bigint;
}

async function pay(process: QuittanceProcess, count: number): Promise<Paid[]> {
  const { data } = await process.request<{ data: { tokens: { id: string; symbol: string }[] }[] }>(
    'GET',
    '/chains',
  );
  const paid: Paid[] = [];
  for (let index = 0; index < count; index += 1) {
    const symbol = (['TUSD', 'ODD'] as const)[index % 2] as Paid['symbol'];
    const amount = BigInt(Math.floor(Math.random() * 1e9)) + 1n;
    const token_id = data[0]?.tokens.find((token) => token.symbol === symbol)?.id;
    const body = { chain: 'testchain', amount: amount.toString(), token_id, expires_in_minutes: 40_000 };
    const payment = await process.request<PaymentView>('POST', '/payments', body);
    await chain.payToken(payment.address, amount, symbol === 'ODD' ? odd.address : undefined);
    paid.push({ payment, symbol, amount });
  }
  return paid;
}

const allSettled = (count: number) =>
  waitFor(
    'every payment to be settled, and nothing under way',
    async () =>
      (await countOf(`SELECT count(*) FROM payments WHERE status = 'settled'`)) === count &&
      (await countOf(
        `SELECT count(*) FROM outgoing_transactions WHERE state NOT IN ('confirmed', 'failed')`,
      )) === 0,
    WAIT_MS,
  );

/** What is so at the end, whatever happened in between. */
async function requireWhole(paid: readonly Paid[]): Promise<void> {
  const of = (symbol: string) => paid.filter((one) => one.symbol === symbol).map(({ amount }) => amount);
  expect(await balance(TREASURY, chain.token)).toBe(sum(of('TUSD')));
  expect(await balance(TREASURY, odd.address)).toBe(sum(of('ODD')));
  const outgoing = await rows<{ state: string; account: string; fee: string }>(
    'SELECT * FROM outgoing_transactions',
  );
  for (const row of outgoing) expect(row).toMatchObject({ state: 'confirmed', account: 'gas_tank' });
  const fees = sum(outgoing.map(({ fee }) => BigInt(fee)));
  const left = BigInt(await chain.rpc<string>('eth_getBalance', [TANK.address, 'latest']));
  expect(TANK_WEI - left).toBe(fees);
  const shares = await rows<{ fee: string }>(
    `SELECT body::jsonb->'data'->'sweep'->>'fee' AS fee FROM events WHERE type = 'payment.settled'`,
  );
  expect(shares).toHaveLength(paid.length);
  expect(sum(shares.map(({ fee }) => BigInt(fee)))).toBe(fees);
  const topics = [TRANSFER_TOPIC, null, `0x${TREASURY.slice(2).toLowerCase().padStart(64, '0')}`];
  const logs = await chain.rpc<{ topics: string[] }[]>('eth_getLogs', [
    { fromBlock: '0x0', toBlock: 'latest', topics },
  ]);
  const senders = logs.map(({ topics: [, from = ''] }) => `0x${from.slice(-40)}`).sort();
  expect(senders).toEqual(paid.map(({ payment }) => payment.address.toLowerCase()).sort());

  const settings = { DATABASE_URL: database.url, CHAINS_FILE: chainsFile() };
  const checked = await command(['ledger', 'check', '--json'], settings);
  expect({ code: checked.code, err: checked.err }).toEqual({ code: 0, err: '' });
  const [report] = (JSON.parse(checked.out) as { chains: Record<string, unknown>[] }).chains;
  expect(report).toMatchObject({ transactions: outgoing.length, differences: [], notes: [] });
}

/** An address that was emptied without a transaction of its own was used all the same: the search goes on past it. */
async function requireFound(paid: readonly Paid[]): Promise<void> {
  const last = paid.at(-1)?.payment.address as string;
  await chain.pay(last, 5n);
  await chain.mine();
  const settings = { CHAINS_FILE: chainsFile(), MNEMONIC: TEST_MNEMONIC };
  const scanned = await command(['wallet', 'scan', '--gap-limit', '2', '--json'], settings);
  expect({ code: scanned.code, err: scanned.err }).toMatchObject({ code: 0 });
  expect(scanned.out).toContain(last);
}

describe('sweeps in batches', () => {
  it(
    `of ${PAYMENTS} payments arrive once each, while the process is killed ${KILLS} times`,
    async () => {
      const paid = await pay(await start(), PAYMENTS);
      for (let kill = 0; kill < KILLS; kill += 1) {
        await delay(Math.random() * 3_000);
        await quittance?.end('SIGKILL');
        await start();
      }
      await allSettled(PAYMENTS);
      await quittance?.end();
      await requireWhole(paid);
      await requireFound(paid);
    },
    WAIT_MS * 2,
  );

  it(
    'that were committed and not told to any node when the process was killed go out as the same bytes',
    async () => {
      const heal = node.inject('eth_sendRawTransaction', hung());
      const paid = await pay(await start(), 4);
      await waitFor(
        'a batch to be signed',
        async () => (await countOf("SELECT count(*) FROM sweeps WHERE state = 'sent'")) === 4,
        WAIT_MS,
      );
      await quittance?.end('SIGKILL');
      const signed = await rows<{ raw: string }>(
        'SELECT raw FROM outgoing_attempts ORDER BY outgoing_id, ordinal',
      );
      expect(await balance(TREASURY, chain.token)).toBe(0n);
      heal();
      await start();
      await allSettled(4);
      await quittance?.end();
      const nonces = signed.map(({ raw }) => Transaction.from(raw).nonce);
      const sent = await rows<{ raw: string }>(
        'SELECT raw FROM outgoing_attempts ORDER BY outgoing_id, ordinal',
      );
      expect(sent.map(({ raw }) => raw)).toEqual(expect.arrayContaining(signed.map(({ raw }) => raw)));
      expect(new Set(sent.map(({ raw }) => Transaction.from(raw).nonce))).toEqual(new Set(nonces));
      await requireWhole(paid);
    },
    WAIT_MS * 2,
  );
});
