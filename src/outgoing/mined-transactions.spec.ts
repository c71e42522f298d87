import { expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Transaction } from 'ethers';
import { type Receipt } from '../chain/accounts/chain-accounts.js';
import { type BlockStanding, type ScannedChain } from '../scanner/scanned-chain.js';
import { MinedTransactions } from './mined-transactions.js';
import { type Round } from './movers.js';
import { type OutgoingRecords } from './outgoing-records.js';
import { type OutgoingTransaction } from './outgoing-transaction.entity.js';
import { type OutgoingRecord } from './outgoing.repository.js';
import { type ProvenOutcomes } from './proven-outcomes.js';
import { ShownBlocks } from './shown-blocks.js';

Logger.overrideLogger(false);

const OURS = '0xaa';
const RAW = Transaction.from({
  type: 2,
  chainId: 1n,
  to: `0x${'11'.repeat(20)}`,
  value: 5n,
}).unsignedSerialized;

/** A transaction that was sent after block 100, and what an endpoint shows of it. */
function aTransaction() {
  let shown: Partial<Receipt> | null = null;
  let scannedTo = 100;
  let now = 0;
  const canonical = new Set<string>();
  let saved: Partial<OutgoingTransaction> = {
    id: 'one',
    from: '0x1' as never,
    state: 'sent',
    tokenAddress: null,
    amount: 5n,
    blockNumber: null,
    blockHash: null,
    signedAfterBlock: 90,
  };
  const standing = (_chain: unknown, { number, hash }: { number: number; hash: string }): BlockStanding => {
    if (number > scannedTo) return 'unscanned';
    return canonical.has(hash) ? 'canonical' : 'replaced';
  };
  const scanned = {
    standing: (...asked: Parameters<typeof standing>) => Promise.resolve(standing(...asked)),
  } as unknown as ScannedChain;
  const save = (_chain: unknown, row: OutgoingTransaction) => Promise.resolve(void (saved = row));
  const mined = new MinedTransactions(
    scanned,
    { save } as unknown as OutgoingRecords,
    {} as unknown as ProvenOutcomes,
  );
  Object.assign(mined, { shown: new ShownBlocks(() => now) });
  const round = (): Round => {
    const chain = {
      name: 'anvil',
      blockTimeMs: 2_000,
      confirmations: { kind: 'blocks', tiers: [{ upTo: null, blocks: 12 }] },
      tokens: [],
      accounts: { receipt: () => Promise.resolve(shown) },
    };
    const extent = { scanned: { number: scannedTo, time: new Date() }, agreedNumber: 0, finalNumber: 0 };
    return { chain, extent } as unknown as Round;
  };
  const record = () =>
    ({
      outgoing: saved,
      attempts: [{ txHash: OURS, raw: RAW, amount: 5n }],
      parts: [],
    }) as unknown as OutgoingRecord;
  return {
    shows: (block: number | null, hash = `0x${block}`) => {
      shown =
        block === null ? null : { txHash: OURS as never, blockNumber: block, blockHash: hash, logs: [] };
    },
    scans: (to: number) => (scannedTo = to),
    has: (hash: string) => canonical.add(hash),
    wasMinedIn: (block: number) =>
      (saved = { ...saved, state: 'mined', blockNumber: block, blockHash: '0x' }),
    after: (ms: number) => (now += ms),
    follow: () => mined.follow(round(), record()),
    block: () => saved.blockNumber,
  };
}

it('passes over a receipt of a block that the chain cannot have yet, whatever it was taken for before', async () => {
  const { shows, wasMinedIn, follow, block } = aTransaction();
  shows(100 + 10_000_000);
  expect(await follow()).toBe(false);
  expect(block()).toBeNull();
  // A row that was written before, and which nobody shows any more.
  wasMinedIn(100 + 10_000_000);
  shows(null);
  expect(await follow()).toBe(false);
});

it('counts as mined for a while where nobody shows it any more, and is sent again then', async () => {
  const { shows, follow, after } = aTransaction();
  shows(101);
  expect(await follow()).toBe(true);
  shows(null);
  after(59_999);
  expect(await follow()).toBe(true);
  after(1);
  expect(await follow()).toBe(false);
});

it('is not kept waiting by an endpoint that shows it in a block of the next moment again and again', async () => {
  const { shows, scans, follow, after } = aTransaction();
  const rounds: boolean[] = [];
  for (let number = 101; number <= 140; number += 1) {
    shows(number);
    rounds.push(await follow());
    scans(number);
    after(2_000);
  }
  expect(rounds).toEqual([...Array<boolean>(31).fill(true), ...Array<boolean>(9).fill(false)]);
});

it('is mined where the scan has its block, however long nobody showed it', async () => {
  const { shows, scans, has, follow, after } = aTransaction();
  shows(101, '0xb');
  expect(await follow()).toBe(true);
  shows(null);
  has('0xb');
  scans(101);
  after(3_600_000);
  expect(await follow()).toBe(true);
});
