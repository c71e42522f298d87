import { describe, expect, it } from '@jest/globals';
import { type EntityManager } from 'typeorm';
import { type Confirmations } from '../config/chains.js';
import { toChainId } from '../ids/ids.js';
import { type Round } from '../outgoing/movers.js';
import { type RefundSubjects } from '../payments/refund-subjects.js';
import { type PayoutCover } from './payout-cover.js';
import { RefundCover } from './refund-cover.js';
import { type RefundQueries } from './refund-queries.js';
import { type Refund } from './refund.entity.js';

const CHAIN_ID = toChainId(1);
const SCANNED = 130;
/** What came, in the block after which one endpoint tells of blocks that no other has. */
const CAME_IN = 100;
const refund = {
  chainId: CHAIN_ID,
  tokenAddress: null,
  paymentId: 'p',
  depositId: 'd',
  amount: 50n,
} as Refund;
const manager = {
  find: () => Promise.resolve([{ chainId: CHAIN_ID, blockNumber: SCANNED }]),
} as unknown as EntityManager;

/** A cover of one deposit of 50 that does not count, asked for in a round that knows so much of the chain. */
function lackBy(confirmations: Confirmations, agreedNumber: number, finalNumber: number | null) {
  const subjects = {
    lockDeposit: () =>
      Promise.resolve({
        deposit: {
          chainId: CHAIN_ID,
          tokenAddress: null,
          amount: 50n,
          blockNumber: CAME_IN,
          counts: false,
          requiredConfirmations: null,
          isThere: true,
        },
        options: [],
        assets: [],
        refunds: [],
      }),
    arrived: (_: unknown, __: unknown, upTo: { uncounted: number }) =>
      Promise.resolve({ counted: 0n, uncounted: upTo.uncounted >= CAME_IN ? 50n : 0n, ever: 50n }),
  } as unknown as RefundSubjects;
  const queries = {
    givenBackOf: () => Promise.resolve(0n),
    returnedOf: () => Promise.resolve(0n),
  } as unknown as RefundQueries;
  const payout = { whyNotYet: () => Promise.resolve(null) } as unknown as PayoutCover;
  const chain = { chainId: CHAIN_ID, confirmations, tokens: [] } as unknown as Round['chain'];
  const extent = { agreedNumber, finalNumber } as Round['extent'];
  return new RefundCover(subjects, queries, payout).lackOf(manager, refund, 'payout', { chain, extent });
}

const BLOCKS: Confirmations = { kind: 'blocks', tiers: [{ upTo: null, blocks: 30 }] };
const BY_CHAIN: Confirmations = { kind: 'finality', tag: 'finalized' };

describe('whether what goes back is deep enough', () => {
  it('waits while only one endpoint’s blocks make it so', async () => {
    expect(await lackBy(BLOCKS, CAME_IN, null)).toEqual({
      isForGood: false,
      reason: 'the deposit is not final: it waits until a reorg cannot take it away',
    });
    expect(await lackBy(BLOCKS, SCANNED, null)).toBeNull();
  });

  it('waits for the chain’s own finality, however many blocks came after it', async () => {
    expect(await lackBy(BY_CHAIN, SCANNED, CAME_IN - 1)).not.toBeNull();
    expect(await lackBy(BY_CHAIN, SCANNED, null)).not.toBeNull();
    expect(await lackBy(BY_CHAIN, SCANNED, CAME_IN)).toBeNull();
  });
});
