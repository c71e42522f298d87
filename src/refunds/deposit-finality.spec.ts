import { describe, expect, it } from '@jest/globals';
import { type ChainService } from '../chain/chain.service.js';
import { type ChainConfig } from '../config/chains.js';
import { toChainId } from '../ids/ids.js';
import { type RefundDeposit } from '../payments/refund-subjects.js';
import { type ScannedChain } from '../scanner/scanned-chain.js';
import { DepositFinality } from './deposit-finality.js';

const chainId = toChainId(8453);
const chain = {
  name: 'base',
  chainId,
  tokens: [],
  confirmations: { kind: 'blocks', tiers: [{ upTo: null, blocks: 3 }] },
} as unknown as ChainConfig;
const deposit = { chainId, tokenAddress: null, amount: 1n, counts: false, blockNumber: 100 } as RefundDeposit;

/** @param head the last block scanned, by now */
function finalityAt(head: { number: number }) {
  let asked = 0;
  const scannedBlock = () => ({ number: head.number, hash: `0x${head.number}`, time: new Date(0) });
  const scanned = {
    last: () => Promise.resolve(scannedBlock()),
    extent: () => {
      asked += 1;
      return Promise.resolve({ scanned: scannedBlock(), agreedNumber: head.number, finalNumber: null });
    },
  } as unknown as ScannedChain;
  const chains = { all: () => [chain] } as unknown as ChainService;
  return { finality: new DepositFinality(chains, scanned), timesAsked: () => asked };
}

describe('DepositFinality', () => {
  it('asks nodes once of a block that was scanned, however many refunds are asked for, and anew of the next', async () => {
    const head = { number: 101 };
    const { finality, timesAsked } = finalityAt(head);
    for (let times = 0; times < 100; times++) expect(await finality.isFinal(deposit)).toBe(false);
    expect(timesAsked()).toBe(1);
    head.number = 102;
    expect(await finality.isFinal(deposit)).toBe(true);
    expect(timesAsked()).toBe(2);
  });
});
