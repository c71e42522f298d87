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
import { type Proofs } from '../../src/config/chains.js';
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
  proofs: Proofs = usualProofs(chainId),
  watched = receipts,
): Promise<Movement[]> {
  const node = await RecordedNode.start(chainId, block, receipts);
  const rpc = new RpcPool([node.url], chainId);
  closing.push(
    () => rpc.close(),
    () => node.stop(),
  );
  const reader = new RpcChainReader(rpc, new BlockProver(proofs), new Sources(), 64);
  const tokens = watched
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

/** What some nodes or chains have in another form than others, and no payment needs. */
const ODD: [string, (block: RecordedBlock, receipts: RecordedReceipt[]) => void][] = [
  [
    'no keys in access lists, as null',
    ({ transactions }) => {
      const entries = transactions.flatMap(
        ({ accessList = [] }) => accessList as { storageKeys: unknown[] | null }[],
      );
      for (const entry of entries) if (entry.storageKeys?.length === 0) entry.storageKeys = null;
    },
  ],
  [
    'an authorization without parity',
    ({ transactions: [first = {}] }) => {
      first.authorizationList = [
        { chainId: '0x1', address: first.to, nonce: '0x0', v: '0x0', r: '0x1', s: '0x1' },
      ];
    },
  ],
  ['r of 33 bytes', ({ transactions: [first = {}] }) => (first.r = `0x00${'11'.repeat(32)}`)],
  [
    'no list for an access list',
    ({ transactions }) => transactions.forEach((one) => (one.accessList = '0x')),
  ],
  [
    'a sender in another alphabet',
    ({ transactions: [first = {}] }) => (first.from = 'one1a50tun737ulcvwy0yvve0pvu5skq0kjargvhwe'),
  ],
  ...[
    'cfx:aak2rra2njvd77ezwjvx04kkds9fzagfe6ku8scz91',
    'TJRabPrwbZy45sbavfcjinPJC18kjpRTv8',
    `xdc${'1f'.repeat(20)}`,
  ].map((from): (typeof ODD)[number] => [
    `a sender of the form ${from.slice(0, 4)}`,
    ({ transactions: [first = {}] }) => (first.from = from),
  ]),
  ['a miner of its own form', (block) => (block.miner = 'xdc1f90')],
  ['a short hash in the header', (block) => (block.mixHash = '0x00')],
  ['no gas of a transaction', ({ transactions: [first = {}] }) => (first.gas = null)],
  ['no gas used', (_block, receipts) => receipts.forEach((one) => delete one.gasUsed)],
  ['no sum of gas', (_block, receipts) => receipts.forEach((one) => delete one.cumulativeGasUsed)],
  ...(['blockHash', 'transactionHash'] as const).flatMap((name) =>
    [undefined, null, `0x${'0'.repeat(64)}`].map((none): (typeof ODD)[number] => [
      `${name} of logs ${none ?? String(none)}`,
      (_block, receipts) =>
        receipts.forEach(({ logs }) =>
          (logs as Record<string, unknown>[]).forEach((log) => (log[name] = none)),
        ),
    ]),
  ),
];

it.each(ODD)('a block is read that has %s, whatever is proved of it', async (_what, change) => {
  const recorded = read<RecordedBlock>('ethereum-18500000', 'block.json');
  const receipts = read<RecordedReceipt[]>('ethereum-18500000', 'receipts.json');
  if (recorded === undefined || receipts === undefined) return;
  for (const proofs of ['full', 'receipts', 'off'] as const) {
    const changed = structuredClone({ recorded, receipts });
    change(changed.recorded, changed.receipts);
    const found = await movements(1, changed.recorded, changed.receipts, proofs, receipts);
    expect([proofs, found.length]).toEqual([proofs, 83 + 155]);
  }
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
