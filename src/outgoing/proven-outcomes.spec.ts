import { expect, it } from '@jest/globals';
import { type Chain } from '../chain/chain.js';
import { type BlockStanding, type ScannedChain } from '../scanner/scanned-chain.js';
import { type OutgoingRecord } from './outgoing.repository.js';
import { ProvenOutcomes } from './proven-outcomes.js';

const OURS = '0xaa';
const TOP = 40;

/** Ours is in block 10; block 40 is the last that is final. Every endpoint proves it. */
function asked() {
  let standing: BlockStanding = 'unknown';
  let blocks = 0;
  const scanned = {
    blockAt: () => Promise.resolve({ number: TOP, hash: `0x${TOP}` }),
    standing: () => Promise.resolve(standing),
  } as unknown as ScannedChain;
  const evidence = {
    account: () => Promise.resolve({ nonce: 8, balance: 0n }),
    block: ({ number, hash }: { number: number; hash: string }) => {
      blocks += 1;
      const transactions = number === 10 ? [{ hash: OURS, nonce: 7, from: '0x1' }] : [];
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
