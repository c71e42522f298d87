import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Interface } from 'ethers';
import { PRESET_TOKENS } from '../../src/config/preset-tokens.js';
import { type Finding } from '../../src/doctor/finding.js';
import { toChainId } from '../../src/ids/ids.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { unusedPort } from '../../src/process/ports.js';
import { createDatabase, type TestDatabase } from '../harness/database.js';
import { QuittanceProcess } from '../harness/quittance-process.js';
import { tempFolder } from '../harness/temp-folder.js';
import { runCommand } from '../harness/terminal.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';

const mint = new Interface(['function mint(address,uint256)']);
const PRICE = '19990000';

/** A contract that says these decimals, and 0 to every other question: of a token that nobody pays in. */
const worthless = (decimals: number) =>
  `0x60003560e01c63313ce5671460${decimals.toString(16).padStart(2, '0')}0260005260206000f3`;

/** A node that serves this chain id, with contracts where the preset has its tokens. */
async function fakeNode(chainId: number): Promise<TestChain> {
  const chain = await TestChain.start({ chainId: toChainId(chainId) });
  const code = await chain.rpc<string>('eth_getCode', [chain.token, 'latest']);
  for (const [symbol, address, decimals] of PRESET_TOKENS[chainId] ?? [])
    await chain.rpc('anvil_setCode', [address, symbol === 'USDC' ? code : worthless(decimals)]);
  await chain.mine(1);
  return chain;
}

const usdcOf = (chainId: number) =>
  PRESET_TOKENS[chainId]?.find(([symbol]) => symbol === 'USDC')?.[1] as string;

/** docs/deployment.md, "A new installation, on Base and Arbitrum", step by step, in a shell of its own. */
describe('a new installation, on Base and Arbitrum by preset', () => {
  const folder = tempFolder();
  const at = (name: string) => join(folder.path, name);
  const chains: Record<string, { id: number; node: TestChain }> = {};
  let database: TestDatabase;
  let settings: Record<string, string>;

  beforeAll(async () => {
    for (const [name, id] of [
      ['base', 8_453],
      ['arbitrum', 42_161],
    ] as const)
      chains[name] = { id, node: await fakeNode(id) };
    database = await createDatabase({ empty: true });
  });
  afterAll(async () => {
    for (const { node } of Object.values(chains)) await node.stop();
    await database?.drop();
    folder.remove();
  });

  const secret = (name: string, text: string) => {
    writeFileSync(at(name), `${text}\n`, { mode: 0o600 });
    return at(name);
  };
  const run = async (...args: string[]) => {
    const ran = await runCommand(args, settings);
    return { ...ran, json: () => JSON.parse(ran.out) as Record<string, unknown> };
  };

  it('takes five settings, and is paid on both chains', async () => {
    const made = await runCommand(['wallet', 'new'], {});
    const [xpub] = /xpub[\w]+/.exec(made.out) ?? [''];
    // Two endpoints each, by two names of the same node.
    const entries = Object.entries(chains).map(
      ([name, { node }]) =>
        `- preset: ${name}\n  rpc_urls: ['${node.url}', '${node.url.replace('127.0.0.1', 'localhost')}']\n`,
    );
    writeFileSync(at('chains.yaml'), entries.join(''));
    settings = {
      NODE_ENV: 'production',
      CHAINS_FILE: at('chains.yaml'),
      DATABASE_URL_FILE: secret('database_url', database.url),
      XPUB_FILE: secret('xpub', xpub),
      ENCRYPTION_KEY_FILE: secret('encryption_key', randomBytes(32).toString('base64')),
    };
    expect(Object.keys(settings)).toHaveLength(5);

    // What is of this machine, and not of what a newcomer has to do.
    settings = { ...settings, DATA_DIR: folder.path, PORT: String(await unusedPort()) };
    const examined = await run('doctor', '--json');
    const problems = (JSON.parse(examined.out) as Finding[])
      .filter(({ status, what }) => status === 'problem' && !what.startsWith('fsync is off'))
      .map(({ part, what }) => `${part}: ${what}`);
    expect(problems).toEqual([]);
    expect((await run('migrate')).code).toBe(0);

    const server = await QuittanceProcess.start(folder.path, settings);
    const merchant = (await run('merchant', 'create', 'My shop', '--json')).json();
    const { key } = (
      await run('key', 'create', '--merchant', String(merchant.id), '--name', 'shop', '--json')
    ).json();
    const ask = async <T>(method: string, path: string, body?: unknown) => {
      const answer = await fetch(`${server.url}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${String(key)}`, 'content-type': 'application/json' },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      return { status: answer.status, body: (await answer.json()) as T };
    };
    const { body: listed } = await ask<{
      data: { name: string; tokens: { id: string; symbol: string }[] }[];
    }>('GET', '/chains');
    for (const [name, { id, node }] of Object.entries(chains)) {
      const tokens = listed.data.find((chain) => chain.name === name)?.tokens;
      const payment = await ask<PaymentView>('POST', '/payments', {
        chain: name,
        token_id: tokens?.find(({ symbol }) => symbol === 'USDC')?.id,
        amount: PRICE,
      });
      expect(payment).toMatchObject({ status: 201, body: { symbol: 'USDC', decimals: 6, amount: PRICE } });
      const data = mint.encodeFunctionData('mint', [payment.body.address, PRICE]);
      await node.rpc('eth_sendTransaction', [{ from: node.payer, to: usdcOf(id), data }]);
      const path = `/payments/${payment.body.id}`;
      await waitFor(
        `the payment on ${name} to be confirmed`,
        async () => {
          await node.mine(20);
          const { body } = await ask<PaymentView>('GET', path);
          return body.status === 'confirmed';
        },
        60_000,
      );
    }
    expect(await server.end()).toBe(0);
  });
});
