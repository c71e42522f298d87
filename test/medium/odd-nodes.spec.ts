import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getAddress } from 'ethers';
import { BlockProver } from '../../src/chain/proof/block-prover.js';
import { RpcChainReader, type Watch } from '../../src/chain/reading/chain-reader.js';
import { RpcPool } from '../../src/chain/rpc/rpc-pool.js';
import { Sources } from '../../src/chain/rpc/sources.js';
import { aHistory, type History } from '../fuzz/reads.js';
import { type AnswerFault, FaultyRpc } from '../harness/faulty-rpc.js';
import {
  changedBlock,
  eachValue,
  inCapitals,
  receiptsBackwards,
  restartingLogNumbers,
  shortReceipts,
  withoutFields,
} from '../harness/faulty-rpc-faults.js';
import { TestChain } from '../harness/test-chain.js';
import { toAddress, toTokenAddress } from '../../src/ids/ids.js';

const BLOCKS = ['eth_getBlockByNumber', 'eth_getBlockByHash'];
const LIST = ['eth_getBlockReceipts'];
const RECEIPTS = [...LIST, 'eth_getTransactionReceipt'];
const ALL = [...BLOCKS, ...RECEIPTS, 'eth_getLogs'];
const QUANTITIES = [
  'number',
  'timestamp',
  'gasUsed',
  'gasLimit',
  'gas',
  'value',
  'cumulativeGasUsed',
  'status',
];

const padded = eachValue((value, name) =>
  QUANTITIES.includes(name) && typeof value === 'string' ? `0x000${value.slice(2)}` : value,
);
const checksummed = eachValue((value) =>
  typeof value === 'string' && /^0x[0-9a-f]{40}$/.test(value) ? getAddress(value) : value,
);
const withNulls = changedBlock(() => ({
  totalDifficulty: null,
  uncles: null,
  withdrawals: null,
  requests: null,
}));

const asNumbers = eachValue((value, name) =>
  QUANTITIES.includes(name) && typeof value === 'string' && Number.isSafeInteger(Number(value))
    ? Number(value)
    : value,
);
const withoutPrefix = eachValue((value, name) =>
  typeof value === 'string' &&
  !['data', 'input', 'r', 's'].includes(name) &&
  /^0x([0-9a-f]{40}|[0-9a-f]{64})$/.test(value)
    ? value.slice(2)
    : value,
);
const withWords = eachValue((value, name) => {
  if (name === 'status') return value === '0x1';
  return name === 'removed' ? String(value) : value;
});

/** What nodes of one chain or another do that those of Ethereum do not. */
const FORMS: [string, string[], AnswerFault][] = [
  ['hexadecimal in capitals', ALL, inCapitals()],
  ['quantities with leading zeros', ALL, padded],
  ['addresses with checksums', ALL, checksummed],
  ['quantities as JSON numbers', ALL, asNumbers],
  ['hashes and addresses without 0x', ALL, withoutPrefix],
  ['true for a status, and text for false', ALL, withWords],
  ['roots without bytes', BLOCKS, changedBlock(() => ({ stateRoot: '0x', mixHash: '0x', nonce: '0x0' }))],
  ['null for what there is not', BLOCKS, withNulls],
  ['no total difficulty, uncles or size', BLOCKS, withoutFields('totalDifficulty', 'uncles', 'size')],
  ['no mixHash', BLOCKS, changedBlock(() => ({ mixHash: undefined }))],
  ['no nonce and no sha3Uncles', BLOCKS, changedBlock(() => ({ nonce: undefined, sha3Uncles: undefined }))],
  ['no blooms', [...BLOCKS, ...RECEIPTS], withoutFields('logsBloom')],
  ['no types', ALL, withoutFields('type')],
  ['no price that was paid', RECEIPTS, withoutFields('effectiveGasPrice')],
  ['no numbers of logs', RECEIPTS, withoutFields('logIndex')],
  ['numbers of logs anew in each transaction', [...RECEIPTS, 'eth_getLogs'], restartingLogNumbers()],
  ['receipts backwards', LIST, receiptsBackwards()],
  ['a receipt less', LIST, shortReceipts()],
];

let chain: TestChain;
let history: History;
let right: unknown;
beforeAll(async () => {
  chain = await TestChain.start();
  history = await aHistory(chain);
  right = await read(chain.url);
});
afterAll(() => chain.stop());

async function read(url: string): Promise<unknown> {
  const { shop, number } = history;
  const watch: Watch = {
    tokens: new Set([toTokenAddress(chain.token)]),
    ownAmong: (addresses) => Promise.resolve(new Set(addresses.filter((one) => one === toAddress(shop)))),
  };
  const pool = new RpcPool([url], 31_337, { blockTimeMs: 600_000 });
  try {
    const block = await new RpcChainReader(pool, new BlockProver('full'), new Sources(), 1_000).block(
      number,
      watch,
    );
    return block?.movements.map(({ logIndex: _, ...movement }) => movement);
  } finally {
    pool.close();
  }
}

describe('the only node of a chain', () => {
  it.each(FORMS)('may have %s: the same is read', async (_form, methods, fault) => {
    const node = await FaultyRpc.start(chain.url);
    let met = 0;
    node.hasHabit(methods, fault, () => met++);
    try {
      expect(right).toHaveLength(4);
      expect(await read(node.url)).toEqual(right);
      expect(met).toBeGreaterThan(0);
    } finally {
      await node.die();
    }
  });
});
