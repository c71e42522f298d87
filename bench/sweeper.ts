/* Gas of each way to sweep, sweeps per minute on anvil, and what a signature costs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { HDNodeWallet, Mnemonic, toQuantity, Wallet } from 'ethers';
import pg from 'pg';
import { type SweepBatches } from '../src/config/chains.js';
import { creationCode } from '../src/outgoing/delegate/sweep-delegate.js';
import { Keys } from '../src/wallet/keys.js';
import { writeChainsFile } from '../test/harness/chains-file.js';
import { QuittanceProcess } from '../test/harness/quittance-process.js';
import { tempFolder } from '../test/harness/temp-folder.js';
import { TestChain } from '../test/harness/test-chain.js';
import { publish } from './report.js';
import { gasOfPaths } from './sweep-paths.js';
import { toAddress } from '../src/ids/ids.js';

const MNEMONIC = 'only control crack movie prevent release friend soul save shoulder height weather';
const TANK = new Wallet(`0x${'7a'.repeat(32)}`);
const TREASURY = new Wallet(`0x${'5c'.repeat(32)}`).address;
/** Of each asset. */
const PAYMENTS = Number(process.env.BENCH_PAYMENTS ?? 200);
const BLOCK_MS = 250;
const BATCH = 20;
const SIGNATURES = 1_000;
const ETHER = 10n ** 18n;

const folder = tempFolder();
const chain = await TestChain.start({}, ['--hardfork', 'prague']);
await chain.rpc('anvil_setBalance', [TANK.address, toQuantity(1_000n * ETHER)]);
// An account that exists: the first transfer to it would cost more.
await chain.rpc('anvil_setBalance', [TREASURY, toQuantity(1n)]);
const chainsFile = join(folder.path, 'chains.yaml');
const delegate = await chain.deploy(
  creationCode({ treasury: toAddress(TREASURY), operator: toAddress(TANK.address) }),
);
let { quittance, client } = await start();

async function start(batches?: SweepBatches) {
  writeChainsFile(chainsFile, {
    ...chain.config,
    confirmations: { kind: 'blocks', tiers: [{ upTo: null, blocks: 1 }] },
    sweep: { ...chain.config.sweep, batches },
  });
  const running = await QuittanceProcess.start(folder.path, {
    CHAINS_FILE: chainsFile,
    MNEMONIC,
    TREASURY_ADDRESS: TREASURY,
    GAS_TANK_PRIVATE_KEY: TANK.privateKey,
    SWEEP_SCHEDULE: '0 0 1 1 *',
    ROLES: 'api,scanner,sweeper',
    LOG_LEVEL: 'error',
  });
  const password = readFileSync(join(folder.path, 'postgres/password'), 'utf8');
  const port = readFileSync(join(folder.path, 'postgres/port'), 'utf8');
  const database = new pg.Client({
    connectionString: `postgres://quittance:${password}@127.0.0.1:${port}/quittance`,
  });
  await database.connect();
  return { quittance: running, client: database };
}

async function stop(): Promise<void> {
  await client.end();
  await quittance.end();
}

const count = async (sql: string) =>
  Number((await client.query<{ count: string }>(`SELECT count(*) FROM ${sql}`)).rows[0]?.count);

/** Mines until so many rows are there. @returns seconds it took */
async function mineUntil(sql: string, wanted: number): Promise<number> {
  const startedAt = performance.now();
  while ((await count(sql)) < wanted) {
    await chain.mine();
    await delay(BLOCK_MS);
  }
  return (performance.now() - startedAt) / 1000;
}

/** Pays as many payments, and sweeps them together. @returns seconds from the plan to the last one final */
async function sweep(tokenId: string | null): Promise<number> {
  const done = await count(`sweeps WHERE state = 'confirmed'`);
  for (let index = 0; index < PAYMENTS; index += 1) {
    const amount = tokenId === null ? ETHER / 10n : 5_000_000n;
    const body = { chain: 'testchain', amount: amount.toString(), token_id: tokenId };
    const { address } = await quittance.request<{ address: string }>('POST', '/payments', body);
    await (tokenId === null ? chain.pay(address, amount) : chain.payToken(address, amount));
  }
  await mineUntil(`payments WHERE status IN ('confirmed', 'settled')`, done + PAYMENTS);
  await quittance.request('POST', '/sweeps/run', {});
  return mineUntil(`sweeps WHERE state = 'confirmed'`, done + PAYMENTS);
}

async function gasOf(where: string): Promise<number> {
  const { rows } = await client.query<{ gas: string | null }>(
    `SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY gas_used) AS gas FROM outgoing_transactions WHERE ${where}`,
  );
  return Number(rows[0]?.gas ?? 0);
}

function signaturesPerSecond(sign: (index: number) => unknown): number {
  for (let index = 0; index < SIGNATURES / 10; index += 1) sign(index);
  const startedAt = performance.now();
  for (let index = 0; index < SIGNATURES; index += 1) sign(index);
  return (SIGNATURES * 1000) / (performance.now() - startedAt);
}

try {
  const { data } = await quittance.request<{ data: { tokens: { id: string }[] }[] }>('GET', '/chains');
  const tokenId = data[0]?.tokens[0]?.id ?? null;
  const nativeSeconds = await sweep(null);
  const tokenSeconds = await sweep(tokenId);
  const gas = {
    native: await gasOf(`purpose = 'sweep' AND token_address IS NULL`),
    funding: await gasOf(`purpose = 'gas'`),
    token: await gasOf(`purpose = 'sweep' AND token_address IS NOT NULL`),
  };
  await stop();
  ({ quittance, client } = await start({ delegate, size: BATCH }));
  const batchSeconds = await sweep(tokenId);
  const keys = new Keys({
    mnemonic: MNEMONIC,
    xpub: null,
    gasTankPrivateKey: TANK.privateKey,
    payoutPrivateKey: null,
  });
  const node = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(MNEMONIC), "m/44'/60'/0'/0");
  const addresses = Array.from({ length: SIGNATURES }, (_, index) =>
    node.deriveChild(index).address.toLowerCase(),
  );
  const transaction = {
    type: 2,
    chainId: 1,
    nonce: 0,
    to: TREASURY,
    value: 1n,
    gasLimit: 21_000,
    maxFeePerGas: 1n,
    maxPriorityFeePerGas: 1n,
  };
  const deposits = signaturesPerSecond((derivationIndex) =>
    keys.sign(
      { kind: 'deposit', derivationIndex },
      toAddress(addresses[derivationIndex] as string),
      transaction,
    ),
  );
  const tank = signaturesPerSecond(() =>
    keys.sign({ kind: 'gas_tank' }, toAddress(TANK.address), transaction),
  );
  const paths = await gasOfPaths(TANK, toAddress(TREASURY));
  publish({
    name: 'sweeper',
    figures: {
      'gas, native transfer': gas.native,
      'gas, token: sent to the address first': gas.funding,
      'gas, token: transfer': gas.token,
      'gas, token: both': gas.funding + gas.token,
      ...paths,
      [`native sweeps a minute, ${PAYMENTS} together, blocks of ${BLOCK_MS} ms`]:
        (PAYMENTS * 60) / nativeSeconds,
      [`token sweeps a minute, ${PAYMENTS} together, blocks of ${BLOCK_MS} ms`]:
        (PAYMENTS * 60) / tokenSeconds,
      [`token sweeps a minute, by EIP-7702 in batches of ${BATCH}`]: (PAYMENTS * 60) / batchSeconds,
      'signature for a deposit address, derivation included, ms': 1000 / deposits,
      'signature of the gas tank, ms': 1000 / tank,
    },
    ratios: { 'token to native, gas': (gas.funding + gas.token) / gas.native },
  });
} finally {
  await stop();
  await chain.stop();
  folder.remove();
}
