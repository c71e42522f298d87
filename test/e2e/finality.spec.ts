import { afterEach, describe, expect, it } from '@jest/globals';
import { type ChainConfig } from '../../src/config/chains.js';
import { DeepReorgService } from '../../src/scanner/deep-reorg.service.js';
import { TestApp } from '../harness/app.js';
import { type Fault, FaultyRpc } from '../harness/faulty-rpc.js';
import { payAndReplace, startWithShortEpochs } from '../harness/short-epochs.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';

let chain: TestChain;
let app: TestApp;

afterEach(async () => {
  await app.stop();
  await chain.stop();
});

async function start(overrides: Partial<ChainConfig> = {}): Promise<void> {
  chain = await startWithShortEpochs(overrides);
  app = await TestApp.start({ chains: [chain.config] });
}

/** As nodes that have no blocks by such a name. */
function unknownTag(tag: string): Fault {
  return {
    kind: 'answer',
    answer: (call, ask) =>
      call.params[0] === tag
        ? Promise.resolve({ error: { code: -32_602, message: 'hex string without 0x prefix' } })
        : ask(call),
  };
}

/** As Besu and Erigon until their consensus client has told of a final block. */
function nothingFinal(tag: string): Fault {
  return {
    kind: 'answer',
    answer: (call, ask) =>
      call.params[0] === tag
        ? Promise.resolve({ error: { code: -39_001, message: 'Unknown block' } })
        : ask(call),
  };
}

/** After a halt, by an operator's word; the payment's money is on the old branch alone. */
async function goesOnFromBelow(id: string): Promise<void> {
  const [{ lowest }] = await app.database.dataSource.query<[{ lowest: string }]>(
    'SELECT min(block_number) AS lowest FROM chain_blocks',
  );
  const paidIn = (await app.payment(id)).transfers[0]?.block_number as number;
  const accept = (block: number) => app.get(DeepReorgService).accept('testchain', block);
  await expect(accept(Number(lowest))).rejects.toThrow(/is not below block/);
  await expect(accept(paidIn)).rejects.toThrow(`Give a block below ${paidIn}`);
  expect(await app.payment(id)).toMatchObject({ status: 'confirmed' });
  expect(await accept(paidIn - 1)).toMatchObject({ ancestor: paidIn - 1 });
  expect(await app.waitForStatus(id, 'failed')).toMatchObject({ amount_received: '0' });
  await app.waitForBlock(await chain.height());
  await expect(accept(0)).rejects.toThrow(/the scan follows such a reorg by itself/);
}

describe("the chain's own finality", () => {
  it.each([
    ['safe', 1],
    ['finalized', 2],
  ] as const)('confirms by the %s tag, %d blocks deep here', async (tag, depth) => {
    await start({ confirmations: { kind: 'finality', tag } });
    const payment = await app.createPayment();
    await chain.pay(payment.address, 1000n);
    await chain.mine(depth);
    await app.waitForBlock(await chain.height());
    expect(await app.waitForStatus(payment.id, 'detected')).toMatchObject({ required_confirmations: null });
    await chain.mine();
    await app.waitForStatus(payment.id, 'confirmed');
  });

  it('is waited for where nothing is final yet when it starts: payments are seen meanwhile', async () => {
    chain = await TestChain.start({ confirmations: { kind: 'finality', tag: 'finalized' } });
    const node = await FaultyRpc.start(chain.url);
    try {
      node.inject('eth_getBlockByNumber', nothingFinal('finalized'));
      app = await TestApp.start({ chains: [{ ...chain.config, rpcUrls: [node.url] }] });
      const payment = await app.createPayment();
      await chain.pay(payment.address, 1000n);
      await chain.mine();
      await app.waitForStatus(payment.id, 'detected');
    } finally {
      await node.die();
    }
  });

  it('is refused where no endpoint knows the tag, and taken when one does; that it is unknown later is said', async () => {
    chain = await TestChain.start({ confirmations: { kind: 'finality', tag: 'finalized' } });
    const node = await FaultyRpc.start(chain.url);
    try {
      const end = node.inject('eth_getBlockByNumber', unknownTag('finalized'));
      app = await TestApp.start({ chains: [{ ...chain.config, rpcUrls: [node.url] }] });
      const chains = async () => JSON.stringify((await app.request('GET', '/api/v1/chains')).body);
      await waitFor('it to be refused', async () => (await chains()).includes('"state":"refused"'));
      expect(await chains()).toMatch(
        /confirmations is finalized, and no endpoint .*set it to a number of blocks/,
      );
      end();
      app.checkChainsNow();
      await waitFor('it to be taken', async () => (await chains()).includes('"state":"ready"'));
      const endAgain = node.inject('eth_getBlockByNumber', unknownTag('finalized'));
      const isUnknown = async () => {
        const metrics = await (await fetch(`${app.url}/metrics`)).text();
        return metrics.includes('quittance_chain_finality_unknown{chain="testchain"} 1');
      };
      await chain.mine();
      await waitFor('it to be told', isUnknown);
      expect(JSON.stringify((await app.request('GET', '/health')).body)).toMatch(
        /"finality_unknown":"[^"]*did not answer eth_getBlockByNumber: hex string without 0x prefix"/,
      );
      endAgain();
      await chain.mine();
      await waitFor('it to be known again', async () => !(await isUnknown()));
      expect(app.log.join('').match(/no endpoint says which block is final/g)).toHaveLength(1);
    } finally {
      await node.die();
    }
  });
});

describe('a reorg', () => {
  it('of what was there before the first start is followed', async () => {
    chain = await startWithShortEpochs();
    await chain.mine(10);
    app = await TestApp.start({ chains: [chain.config] });
    await app.waitForBlock(await chain.height());
    const payment = await app.createPayment();
    await chain.reorg(5);
    await chain.pay(payment.address, 1000n);
    await chain.mine(10);
    await app.waitForStatus(payment.id, 'confirmed');
  });

  it('of 200 blocks is followed', async () => {
    await start();
    const id = await payAndReplace(app, chain, 200);
    expect(await app.waitForStatus(id, 'failed')).toMatchObject({ amount_received: '0' });
  });

  it('below every block remembered halts the chain, says so, changes nothing, and holds through a restart', async () => {
    await start();
    const id = await payAndReplace(app, chain, 300);
    const untouched = { status: 'confirmed', amount_received: '1000' };
    const told = async (path: string) => JSON.stringify((await app.request('GET', path)).body);
    const halted = async () => (await told('/health/ready')).includes('"state":"halted"');
    await waitFor('the halt', halted);
    const why = /none of the 256 remembered blocks .* Scanning is halted, nothing was changed/;
    expect(app.log.join('\n')).toMatch(why);
    expect(await told('/api/v1/chains')).toMatch(why);
    expect(await app.payment(id)).toMatchObject(untouched);
    await app.close();
    app = await TestApp.start({ chains: [chain.config], before: app });
    await waitFor('the halt again', halted);
    expect(await app.payment(id)).toMatchObject(untouched);
    await goesOnFromBelow(id);
  });
});
