import { expect, it } from '@jest/globals';
import { type Chain } from '../chain/chain.js';
import { type BlockStanding, type ScannedChain } from '../scanner/scanned-chain.js';
import { type OutgoingRecord } from './outgoing.repository.js';
import { ProvenOutcomes } from './proven-outcomes.js';

const OURS = '0xaa';
const TOP = 40;

/** Ours is in block 10, or another; block 40 is the last that is final. Every endpoint proves it. */
function asked(mined: object = { hash: OURS, nonce: 7, from: '0x1' }) {
  let standing: BlockStanding = 'unknown';
  let blocks = 0;
  let isReorged = false;
  const scanned = {
    blockAt: () => Promise.resolve({ number: TOP, hash: `0x${TOP}` }),
    standing: () => Promise.resolve(standing),
    isReorged: () => Promise.resolve(isReorged),
  } as unknown as ScannedChain;
  const evidence = {
    account: () => Promise.resolve({ nonce: 8, balance: 0n }),
    block: ({ number, hash }: { number: number; hash: string }) => {
      blocks += 1;
      const transactions = number === 10 ? [mined] : [];
      return Promise.resolve({ number, hash, parentHash: `0x${number - 1}`, transactions });
    },
  };
  const chain = { evidence, confirmations: { kind: 'finalized' }, tokens: [] } as unknown as Chain;
  const record = {
    outgoing: { id: 'one', from: '0x1', nonce: 7, signedAfterBlock: 5 },
    attempts: [{ txHash: OURS }],
  } as unknown as OutgoingRecord;
  const outcomes = new ProvenOutcomes(scanned);
  return {
    nonceUse: () => outcomes.nonceUse(chain, record, TOP),
    reorgs: (now: boolean) => (isReorged = now),
    becomes: (now: BlockStanding) => (standing = now),
    read: () => blocks,
  };
}

it('does not read all blocks again while the endpoints do not say together whether its top is of the chain', async () => {
  const { nonceUse, becomes, read } = asked();
  expect(await nonceUse()).toEqual({ by: 'open' });
  expect(read()).toBe(TOP - 10 + 1);
  for (let round = 0; round < 5; round += 1) expect(await nonceUse()).toEqual({ by: 'open' });
  expect(read()).toBe(TOP - 10 + 1 + 5);
  becomes('canonical');
  expect(await nonceUse()).toMatchObject({ by: 'ours', txHash: OURS, block: { number: 10 } });
});

it('begins again where its top was replaced', async () => {
  const { nonceUse, becomes, read } = asked();
  becomes('replaced');
  expect(await nonceUse()).toEqual({ by: 'open' });
  const first = read();
  becomes('canonical');
  expect(await nonceUse()).toMatchObject({ by: 'ours' });
  expect(read()).toBe(2 * first);
});

it('calls nothing unsent by blocks down to one that a reorg may have gone below, and reads them again', async () => {
  const { nonceUse, becomes, reorgs, read } = asked({ hash: '0xbb', nonce: 6, from: '0x1' });
  becomes('canonical');
  reorgs(true);
  expect(await nonceUse()).toEqual({ by: 'open' });
  const first = read();
  reorgs(false);
  expect(await nonceUse()).toMatchObject({ by: 'no_transaction' });
  expect(read()).toBe(2 * first);
});

it.each([
  ['nonce', 0],
  ...['gas', 'input', 'data', 'type', 'r'].map((field) => [field, 7] as const),
] as const)(
  'takes no transaction of ours for another whose %s the node tells in a form that is not known',
  async (field, nonce) => {
    const odd = { hash: '0xbb', nonce, from: '0x1', unread: [field] };
    const { nonceUse, becomes } = asked(odd);
    becomes('canonical');
    await expect(nonceUse()).rejects.toThrow(`its ${field} is in a form that is not known`);
    const stranger = asked({ ...odd, from: '0x2' });
    stranger.becomes('canonical');
    expect(await stranger.nonceUse()).toMatchObject({ by: 'no_transaction' });
  },
);
