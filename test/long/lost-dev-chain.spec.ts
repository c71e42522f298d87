import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Interface } from 'ethers';
import { callRpc } from '../../src/chain/dev-chain/anvil.js';
import { devChainConfig, devChainFiles } from '../../src/chain/dev-chain/dev-chain.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { checkBooks } from '../harness/books.js';
import { createDatabase, type TestDatabase } from '../harness/database.js';
import { QuittanceProcess } from '../harness/quittance-process.js';
import { TANK, TREASURY } from '../harness/sweep-world.js';
import { type TempFolder, tempFolder } from '../harness/temp-folder.js';
import { waitFor } from '../harness/wait-for.js';
import { toTokenAddress } from '../../src/ids/ids.js';

const ETHER = 10n ** 18n;
const erc20 = new Interface(['function transfer(address,uint256)']);
let folder: TempFolder;
let database: TestDatabase;
let running: QuittanceProcess;

beforeAll(async () => {
  folder = tempFolder();
  database = await createDatabase();
});
afterEach(() => running?.end());
afterAll(async () => {
  await database?.drop();
  folder.remove();
});

const start = async () => {
  running = await QuittanceProcess.start(folder.path, {
    DATABASE_URL: database.url,
    TREASURY_ADDRESS: TREASURY,
    GAS_TANK_PRIVATE_KEY: TANK.privateKey,
    SWEEP_SCHEDULE: '* * * * * *',
  });
};
const rpc = <T>(method: string, params: unknown[]) => callRpc<T>(running.devChainUrl, method, params);
const send = async (to: string, what: { value?: string; data?: string }) => {
  const [from] = await rpc<[string]>('eth_accounts', []);
  return rpc('eth_sendTransaction', [{ from, to, ...what }]);
};
const token = () => readFileSync(devChainFiles(folder.path).token, 'utf8');
const create = (body: object) =>
  running.request<PaymentView>('POST', '/payments', { chain: 'devchain', ...body });
const inStatus = ({ id }: PaymentView, status: string) =>
  waitFor(`payment ${status}`, async () => {
    const payment = await running.request<PaymentView>('GET', `/payments/${id}`);
    return payment.status === status && payment;
  });
const payToken = (payment: PaymentView, amount: bigint) =>
  send(token(), { data: erc20.encodeFunctionData('transfer', [payment.address, amount]) });
const requireBooks = async () => {
  const chain = devChainConfig(running.devChainUrl, toTokenAddress(token()));
  const { differences } = await checkBooks(database, chain);
  expect(differences.all()).toEqual([]);
};

describe('a dev chain that is lost', () => {
  it('begins anew with what the ledger says, and goes on sweeping from where it was', async () => {
    await start();
    // Any snapshot that a kill -9 leaves behind has it, however late the first look at the chain came.
    const first = await waitFor('the first blocks', async () => {
      const [row] = await database.dataSource.query<{ block_number: string | null }[]>(
        'SELECT min(block_number) AS block_number FROM chain_blocks',
      );
      return row?.block_number;
    });
    expect(first).toBe('0');
    await send(TANK.address, { value: `0x${ETHER.toString(16)}` });
    const { data } = await running.request<{ data: { tokens: { id: string }[] }[] }>('GET', '/chains');
    const token_id = data[0]?.tokens[0]?.id;
    const swept = await create({ amount: '500000000', token_id });
    await payToken(swept, 500_000_000n);
    await inStatus(swept, 'settled');
    await running.request('POST', '/sweeps/pause', {});
    const native = await create({ amount: ETHER.toString() });
    const inToken = await create({ amount: '300000000', token_id });
    await send(native.address, { value: `0x${ETHER.toString(16)}` });
    await payToken(inToken, 300_000_000n);
    await inStatus(native, 'confirmed');
    await inStatus(inToken, 'confirmed');
    await requireBooks();
    await running.end();
    rmSync(join(folder.path, 'devchain'), { recursive: true });

    await start();
    expect(running.output).toMatch(/the dev chain was lost/);
    await requireBooks();
    await running.request('POST', '/sweeps/resume', {});
    const { sweep } = await inStatus(native, 'settled');
    await inStatus(inToken, 'settled');
    const treasury = BigInt(await rpc<string>('eth_getBalance', [TREASURY, 'latest']));
    expect(treasury + BigInt(sweep?.fee ?? 0)).toBe(ETHER);
    await expect(running.request('GET', `/payments/${inToken.id}`)).resolves.toMatchObject({
      amount_received: '300000000',
      exception: null,
    });
    await requireBooks();
  });
});
