import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Movement } from '../../src/chain/blocks/block.js';
import { block as blockReader } from '../../src/chain/rpc/answers/blocks.js';
import { receipt as receiptReader } from '../../src/chain/rpc/answers/receipts.js';
import { ChainEvidence } from '../../src/chain/accounts/chain-evidence.js';
import { BlockProver } from '../../src/chain/proof/block-prover.js';
import { RpcChainReader } from '../../src/chain/reading/chain-reader.js';
import { Sources } from '../../src/chain/rpc/sources.js';
import { RpcPool } from '../../src/chain/rpc/rpc-pool.js';
import { TRANSFER_TOPIC } from '../../src/chain/transfers/movements.js';
import { usualProofs } from '../../src/config/usual-proofs.js';
import { type RecordedBlock, RecordedNode, type RecordedReceipt } from '../harness/recorded-node.js';
import { type Address, toTokenAddress, type TxHash } from '../../src/ids/ids.js';

/** Blocks of public chains as their nodes gave them, kept outside of the project. */
const FOLDER = resolve(process.env.RECORDED_BLOCKS ?? '../shared/blocks');

/**
 * What each block is of, and what is known of it: how many transfers its receipts show by a plain count, native ones
 * and those of ERC-20, and what can be proved of it.
 */
const BLOCKS = [
  {
    name: 'ethereum-4369999',
    chainId: 1,
    transfers: [6, 158],
    proved: 'header, transactions, receipts by root',
  },
  {
    name: 'ethereum-18500000',
    chainId: 1,
    transfers: [83, 155],
    proved: 'header, transactions, receipts by root',
  },
  { name: 'ethereum-14151203-block', chainId: 1, transfers: null, proved: 'header, transactions' },
  { name: 'base-sepolia-42348318', chainId: 84_532, transfers: null, proved: 'header, transactions' },
  {
    name: 'optimism-154497277',
    chainId: 10,
    transfers: [2, 47],
    proved: 'header, transactions, receipts by root',
  },
  {
    name: 'arbitrum-150000000',
    chainId: 42_161,
    transfers: [1, 10],
    proved: 'header, transactions, receipts by root',
  },
  { name: 'polygon-50000000', chainId: 137, transfers: [20, 42], proved: 'nothing' },
  { name: 'cronos-11446765', chainId: 25, transfers: [1, 15], proved: 'nothing' },
  { name: 'hedera-97395350', chainId: 295, transfers: [0, 0], proved: 'nothing' },
  {
    name: 'hyperliquid-50000',
    chainId: 999,
    transfers: [0, 0],
    proved: 'header, transactions, receipts by root',
  },
];

/** Undefined: it is not there. */
function read<T>(...path: string[]): T | undefined {
  const file = join(FOLDER, ...path);
  if (existsSync(`${file}.gz`)) return JSON.parse(gunzipSync(readFileSync(`${file}.gz`)).toString()) as T;
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as T) : undefined;
}

const everything = (addresses: readonly Address[]) => Promise.resolve(new Set(addresses));

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function movements(
  chainId: number,
  block: RecordedBlock,
  receipts: RecordedReceipt[],
): Promise<Movement[]> {
  const node = await RecordedNode.start(chainId, block, receipts);
  const rpc = new RpcPool([node.url], chainId);
  closing.push(
    () => rpc.close(),
    () => node.stop(),
  );
  const reader = new RpcChainReader(rpc, new BlockProver(usualProofs(chainId)), new Sources(), 64);
  const tokens = receipts
    .map(receiptReader)
    .flatMap(({ logs }) =>
      logs.filter(({ topics }) => topics[0] === TRANSFER_TOPIC).map(({ address }) => toTokenAddress(address)),
    );
  const found = await reader.block(Number(block.number), { tokens: new Set(tokens), ownAmong: everything });
  return found?.movements ?? [];
}

function provedOf(chainId: number, recorded: RecordedBlock, receipts: RecordedReceipt[] | undefined): string {
  const block = blockReader(recorded);
  const prover = new BlockProver(usualProofs(chainId));
  const refuse = (error: Error) => {
    throw error;
  };
  const { isHeaderProved, areTransactionsProved } = prover.block(block, block.number, refuse);
  const proof =
    receipts === undefined
      ? 'none'
      : prover.receipts(block, receipts.map(receiptReader), () => undefined).proof;
  const parts = [
    ...(isHeaderProved ? ['header'] : []),
    ...(areTransactionsProved ? ['transactions'] : []),
    ...(proof === 'none' ? [] : [`receipts by ${proof}`]),
  ];
  return parts.join(', ') || 'nothing';
}

describe('a block of a public chain, with what is usual for its chain id', () => {
  it.each(BLOCKS)('is read, proved and searched: $name', async ({ name, chainId, transfers, proved }) => {
    const block = read<RecordedBlock>(name, 'block.json') ?? read<RecordedBlock>(`${name}.json`);
    if (block === undefined) {
      process.stderr.write(`skipped: ${name} is not there, ${FOLDER} has none\n`);
      return;
    }
    const receipts = read<RecordedReceipt[]>(name, 'receipts.json');
    process.stderr.write(`${name} (chain ${chainId}): proved ${provedOf(chainId, block, receipts)}\n`);
    expect(provedOf(chainId, block, receipts)).toBe(proved);
    if (receipts === undefined || transfers === null) return;
    const found = await movements(chainId, block, receipts);
    const native = found.filter(({ kind }) => kind === 'native');
    expect([native.length, found.length - native.length]).toEqual(transfers);
  });
});

it('of a block of Arbitrum, which takes no tip, proves what became of a transaction and not what it paid', async () => {
  const block = read<RecordedBlock>('arbitrum-150000000', 'block.json');
  const receipts = read<RecordedReceipt[]>('arbitrum-150000000', 'receipts.json');
  if (block === undefined || receipts === undefined) {
    process.stderr.write(`skipped: ${FOLDER} has no block of Arbitrum\n`);
    return;
  }
  const node = await RecordedNode.start(42_161, block, receipts);
  const rpc = new RpcPool([node.url], 42_161);
  closing.push(
    () => rpc.close(),
    () => node.stop(),
  );
  const evidence = new ChainEvidence(rpc, new BlockProver(usualProofs(42_161)));
  const id = { number: Number(block.number), hash: block.hash };
  const legacy = block.transactions.find(({ type }) => type === '0x0') as { hash: TxHash };
  const receipt = await evidence.receipt(id, legacy.hash);
  expect(receipt).toMatchObject({ txHash: legacy.hash });
  expect(receipt?.provenPrice).toBeUndefined();
});
