import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getAddress, toQuantity } from 'ethers';
import { type Proofs } from '../../src/config/chains.js';
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

const withoutSender = eachValue((value, name) => (name === 'from' ? null : value));
const inReceipts = (name: string, wrong: unknown) =>
  eachValue((value, at) => (at === name && value !== undefined ? wrong : value));
const refusing = (code: number, message: string): AnswerFault => ({
  kind: 'answer',
  answer: () => Promise.resolve({ error: { code, message } }),
});
/** As if it took a number alone. */
const byNumberAlone: AnswerFault = {
  kind: 'answer',
  answer: (call, ask) =>
    String(call.params[0]).length < 66
      ? ask(call)
      : Promise.resolve({ error: { code: -32_000, message: 'hex number > 64 bits' } }),
};
const answering = (result: unknown): AnswerFault => ({
  kind: 'answer',
  answer: () => Promise.resolve({ result }),
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
  // github.com/enviodev/hyperindex, issue 931
  ['no sender', ALL, withoutSender],
  // github.com/erigontech/erigon, issues 2235 and 22106
  ['wrong sums of gas', RECEIPTS, inReceipts('cumulativeGasUsed', '0x1')],
  ['blooms of receipts without a bit', RECEIPTS, inReceipts('logsBloom', `0x${'00'.repeat(256)}`)],
  ['the same type in every receipt', RECEIPTS, inReceipts('type', '0x0')],
  // github.com/podnetwork/pod-sdk, pull request 284
  ['receipts of no block', RECEIPTS, inReceipts('blockHash', `0x${'00'.repeat(32)}`)],
  // github.com/paradigmxyz/reth, issue 23394; github.com/hiero-ledger/hiero-json-rpc-relay, issue 4423
  ['no receipts in the list of a block', LIST, answering([])],
  // github.com/crypto-org-chain/ethermint, pull request 965
  ['receipts by the number of a block alone', LIST, byNumberAlone],
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

async function read(
  url: string,
  proofs: Proofs = 'full',
  number = history.number,
  sources = new Sources(),
): Promise<unknown> {
  const { shop } = history;
  const watch: Watch = {
    tokens: new Set([toTokenAddress(chain.token)]),
    ownAmong: (addresses) => Promise.resolve(new Set(addresses.filter((one) => one === toAddress(shop)))),
  };
  const pool = new RpcPool([url], 31_337, { blockTimeMs: 600_000 });
  try {
    const block = await new RpcChainReader(pool, new BlockProver(proofs), sources, 1_000).block(
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

  // github.com/sei-protocol/sei-chain, issue 1815
  it('may fail to list the receipts of a block again and again: they are read in another way', async () => {
    const node = await FaultyRpc.start(chain.url);
    node.hasHabit(LIST, refusing(-32_000, 'failed to find transaction in block'), () => undefined);
    const sources = new Sources();
    const again = () => read(node.url, 'full', history.number, sources);
    try {
      await expect(again()).rejects.toThrow(/failed to find transaction/);
      await expect(again()).rejects.toThrow(/failed to find transaction/);
      expect(await again()).toEqual(right);
    } finally {
      await node.die();
    }
  });

  // github.com/hiero-ledger/hiero-consensus-node, issue 25961
  it('may list a transaction of the next block as well, where no root shows whose it is: it is read once', async () => {
    const node = await FaultyRpc.start(chain.url);
    const next = await chain.rpc<{ transactions: unknown[] }>('eth_getBlockByNumber', [
      toQuantity(history.number + 1),
      true,
    ]);
    const withOneMore: AnswerFault = {
      kind: 'answer',
      answer: async (call, ask) => {
        const answer = (await ask(call)) as { result: { number: string; transactions: unknown[] } };
        if (Number(answer.result.number) !== history.number) return answer;
        const transactions = [...answer.result.transactions, next.transactions[0]];
        return { result: { ...answer.result, transactions } };
      },
    };
    node.hasHabit(BLOCKS, withOneMore, () => undefined);
    try {
      expect(await read(node.url, 'off')).toEqual(right);
      expect(await read(node.url, 'off', history.number + 1)).toEqual(
        await read(chain.url, 'full', history.number + 1),
      );
    } finally {
      await node.die();
    }
  });

  it('is not believed where no root shows whose a receipt is, and the block that it names does not list it', async () => {
    const node = await FaultyRpc.start(chain.url);
    const { hash } = await chain.rpc<{ hash: string }>('eth_getBlockByNumber', [
      toQuantity(history.number + 1),
      false,
    ]);
    node.hasHabit(RECEIPTS, inReceipts('blockHash', hash), () => undefined);
    try {
      await expect(read(node.url, 'off')).rejects.toThrow(/is of block/);
    } finally {
      await node.die();
    }
  });
});
