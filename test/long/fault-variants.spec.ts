import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Fault } from '../harness/faulty-rpc.js';
import { changed, changedBlock, changedReceipt, failure, result } from '../harness/faulty-rpc-faults.js';
import { TwoNodes } from '../harness/two-nodes.js';
import { type ChainConfig } from '../../src/config/chains.js';

const BLOCKS = ['eth_getBlockByNumber', 'eth_getBlockByHash'];
const RECEIPTS = ['eth_getBlockReceipts', 'eth_getTransactionReceipt'];

let world: TwoNodes;
beforeEach(async () => {
  world = await TwoNodes.start();
});
afterEach(() => world.stop());

/** A node may say this, and no payment is lost or late by it. */
interface Variant {
  says: [methods: string | string[], fault: Fault, times?: number][];
  config?: Partial<ChainConfig>;
}

const busy: Fault = { kind: 'exchange', respond: (response) => response.writeHead(502).end('bad gateway') };
/** A batch of more calls than this has its connection reset, as some proxies do with bodies that are too long. */
const resetFrom = (most: number): Fault => ({
  kind: 'exchange',
  respond: async (response, body) => {
    const text = await body();
    const given = JSON.parse(text) as unknown;
    if (Array.isArray(given) && given.length > most) response.destroy();
    else response.writeHead(200, { 'content-type': 'application/json' }).end(text);
  },
});

const ALONE: [string, Variant][] = [
  [
    'headers with two fields that are not known, one of them an object, and receipts with another',
    {
      says: [
        [
          BLOCKS,
          changedBlock(({ extraData }) => ({
            extraData: `${String(extraData)}01`,
            inclusionListRoot: `0x${'1f'.repeat(32)}`,
            builder: { name: 'x' },
          })),
        ],
        [
          RECEIPTS,
          changedReceipt(() => ({ stateGasUsed: '0x10', cumulativeGasUsed: '0x1', gasUsed: '0x1' })),
        ],
      ],
    },
  ],
  [
    'proofs of the newest block alone, in other words',
    {
      config: { internalTransfers: 'balance' },
      says: [['eth_getProof', failure(-32_000, 'historical proofs: only the latest state is kept')]],
    },
  ],
  [
    'a trace of the block that is null for each transaction, and none of a single one',
    {
      config: { internalTransfers: 'trace' },
      says: [
        ['debug_traceBlockByHash', changed((value) => (value as unknown[]).map(() => null))],
        ['debug_traceTransaction', failure(-32_000, 'tracing failed: out of memory')],
      ],
    },
  ],
  [
    'structured logs in place of frames',
    {
      config: { internalTransfers: 'trace' },
      says: [
        [
          ['debug_traceBlockByHash', 'debug_traceTransaction'],
          result({ gas: 21_000, failed: false, returnValue: '', structLogs: [] }),
        ],
      ],
    },
  ],
  [
    'no list of receipts by a gateway that fails, nor logs by one that wants an address',
    {
      says: [
        ['eth_getBlockReceipts', failure(-32_603, 'Internal error', 500)],
        ['eth_getLogs', failure(-32_701, 'Please specify an address in your request', 400)],
      ],
    },
  ],
  [
    'a chain id of zero, then none, then text, before its own',
    {
      says: [
        ['eth_chainId', result('not ready'), 1],
        ['eth_chainId', result(null), 1],
        ['eth_chainId', result('0x0'), 1],
      ],
    },
  ],
  ['resets in place of batches of more than two', { says: [['*', resetFrom(2)]] }],
  [
    'blocks with a transaction of nobody’s, and logs numbered by thousands',
    {
      config: { proofs: 'off' },
      says: [
        [
          'eth_getBlockReceipts',
          changed((value) =>
            (value as { logs: { logIndex: string }[] }[]).map((receipt, at) => ({
              ...receipt,
              logs: receipt.logs.map((log, index) => ({
                ...log,
                logIndex: `0x${(1_000 * at + 7 * index).toString(16)}`,
              })),
            })),
          ),
        ],
      ],
    },
  ],
];

const OF_TWO: [string, Variant][] = [
  [
    'an object for transactions',
    { says: [['eth_getBlockByNumber', changedBlock(() => ({ transactions: {} }))]] },
  ],
  ['text for receipts', { says: [['eth_getBlockReceipts', result('[]')]] }],
  [
    'a newest block without a number',
    { says: [['eth_getBlockByNumber', changedBlock(() => ({ number: null }))]] },
  ],
  ['numbers for logs', { says: [['eth_getBlockReceipts', changedReceipt(() => ({ logs: 5 as never }))]] }],
  ['a list for a proof', { config: { internalTransfers: 'balance' }, says: [['eth_getProof', result([])]] }],
  ['a gateway that fails at everything', { says: [['*', busy]] }],
];

async function play({ says, config = {} }: Variant, rpcUrls: string[]): Promise<void> {
  for (const [methods, fault, times] of says) world.first.inject(methods, fault, times);
  await world.startWith({ rpcUrls, ...config });
  await world.expectPaid();
  await world.expectPaid();
  expect(world.app.log.filter((line) => /TypeError|is not a function/.test(line))).toEqual([]);
}

describe('payments are confirmed', () => {
  it.each(ALONE)('by a node that is alone and says: %s', (_what, variant) =>
    play(variant, [world.first.url]),
  );

  it.each(OF_TWO)('by the second of two where the first says: %s', (_what, variant) =>
    play(variant, [world.first.url, world.second.url]),
  );
});
