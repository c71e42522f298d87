import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Fault } from '../harness/faulty-rpc.js';
import { changedBlock, changedReceipt, REFUSALS_OF_A_BLOCK } from '../harness/faulty-rpc-faults.js';
import { TwoNodes } from '../harness/two-nodes.js';

const BLOCKS = ['eth_getBlockByNumber', 'eth_getBlockByHash'];

let world: TwoNodes;
beforeEach(async () => {
  world = await TwoNodes.start();
});
afterEach(() => world.stop());

async function newerFork(): Promise<string | null | undefined> {
  const { body } = await world.app.request<{
    parts: { chains: Record<string, { newer_fork: string | null }> };
  }>('GET', '/health');
  return body.parts.chains.testchain?.newer_fork;
}

/** As a header whose hash takes in a field that we do not know: it does not come out of those that we do. */
const newHeader: Fault = changedBlock(({ mixHash }) => ({
  mixHash: `${(mixHash as string).slice(0, -1)}${(mixHash as string).endsWith('7') ? '8' : '7'}`,
  unheardOf: '0x5',
}));

describe('a fork that this version does not know', () => {
  it('adds a field to headers: payments go on by receipts and links, and health, log and metric say so', async () => {
    await world.startApp(world.first.url);
    await world.expectPaid();
    expect(await newerFork()).toBeNull();
    world.first.inject(BLOCKS, newHeader);
    await world.expectPaid();
    expect(await newerFork()).toBe('header of a newer fork: unheardOf');
    expect(world.app.log.join('')).toContain('does not know all of the chain');
    const metrics = await (await fetch(`${world.app.url}/metrics`)).text();
    expect(metrics).toMatch(/quittance_chain_newer_fork\{chain="testchain"\} 1/);
  });

  it('adds a type of transactions, and fields to receipts', async () => {
    world.first.inject(
      'eth_getBlockByNumber',
      changedBlock(({ transactions }) => ({
        transactions: (transactions as Record<string, unknown>[]).map((one) =>
          typeof one === 'object' ? { ...one, type: '0x44' } : one,
        ),
      })),
    );
    world.first.inject(
      'eth_getBlockReceipts',
      changedReceipt(() => ({ unheardOf: '0x5' })),
    );
    await world.startApp(world.first.url);
    await world.expectPaid();
    expect(await newerFork()).toMatch(/transactions of a newer fork: type 0x44/);
  });

  it('is not believed of one endpoint while another one tells it as it is known', async () => {
    world.first.inject(BLOCKS, newHeader);
    await world.startApp(world.first.url, world.second.url);
    await world.expectPaid();
    expect(await newerFork()).toBeNull();
  });
});

describe('a block that one method cannot give', () => {
  it.each(REFUSALS_OF_A_BLOCK)('is read in another way: %s', async (_what, faults) => {
    for (const [method, fault] of Object.entries(faults)) world.first.inject(method, fault);
    await world.startApp(world.first.url);
    await world.expectPaid();
  });
});
