import { describe, expect, it } from '@jest/globals';
import { classify, type RpcFailure, type Refusal } from './rpc-failure.js';

type Row = [who: string, refusal: Partial<Refusal> & { message: string }, failure: RpcFailure];

/** Messages as nodes and vendors send them, to eth_getLogs unless a method is named. */
const REFUSALS: Row[] = [
  [
    'Alchemy, of a trace',
    { method: 'debug_traceBlockByHash', code: -32000, message: 'Response size is larger than 150MB limit.' },
    { kind: 'too_large' },
  ],
  [
    'Alchemy, of a trace, and this program of one beyond its own limit',
    { method: 'debug_traceBlockByHash', message: 'its answer is longer than any should be' },
    { kind: 'too_large' },
  ],
  [
    'geth by path scheme',
    {
      method: 'debug_traceTransaction',
      code: -32000,
      message: 'historical state not available in path scheme yet',
    },
    { kind: 'no_history' },
  ],
  [
    'Avalanche, of proofs',
    { method: 'eth_getProof', code: -32000, message: 'block number 3 is outside of the window of 32 blocks' },
    { kind: 'no_history' },
  ],
  [
    'Erigon 3, of proofs',
    { method: 'eth_getProof', code: -32000, message: 'not supported by Erigon3' },
    { kind: 'unsupported' },
  ],
  [
    'a node without the body',
    { method: 'eth_getBlockReceipts', code: -32000, message: 'block body not found' },
    { kind: 'not_found' },
  ],
  [
    'publicnode, of logs without an address',
    {
      method: 'eth_getLogs',
      code: -32701,
      httpStatus: 403,
      message:
        'Please specify an address in your request or, to remove restrictions, order a dedicated full node here: https://www.allnodes.com/bsc/host',
    },
    { kind: 'parameters' },
  ],
  [
    'Erigon, before anything is final',
    {
      method: 'eth_getBlockByNumber',
      code: -39001,
      message: 'block "finalized" not available (head block: 1)',
    },
    { kind: 'not_found' },
  ],
  [
    'Infura, of a network',
    {
      method: 'eth_getBlockByNumber',
      code: -32002,
      httpStatus: 403,
      message: 'project ID does not have access to this network',
    },
    { kind: 'unauthorized' },
  ],
  [
    'Infura, of old state',
    { method: 'eth_getBalance', code: -32002, message: 'project ID does not have access to archive state' },
    { kind: 'no_history' },
  ],
  [
    '1RPC, by day',
    {
      method: 'eth_getBlockByNumber',
      code: -32001,
      message: 'Your endpoint has reached its usage limit for the day',
    },
    { kind: 'rate_limited' },
  ],
  [
    'Besu while it syncs',
    { method: 'eth_sendRawTransaction', code: -32008, message: 'Initial sync is still in progress' },
    { kind: 'transient' },
  ],
  [
    'QuickNode without its add-on',
    { method: 'trace_block', code: -32053, message: 'No addon for this method: trace' },
    { kind: 'unsupported' },
  ],
  [
    'a node that does not trace',
    { method: 'trace_block', code: -32000, message: 'tracing is not allowed' },
    { kind: 'unsupported' },
  ],
  [
    'AWS gateways',
    { method: 'eth_call', httpStatus: 403, message: 'Missing Authentication Token' },
    { kind: 'unauthorized' },
  ],
  [
    'Alchemy, by range',
    {
      httpStatus: 400,
      code: -32600,
      message:
        'You can make eth_getLogs requests with up to a 500 block range. Based on your parameters, this block range should work: [0x123c9b2, 0x123cba5]',
    },
    { kind: 'range_too_large', maxBlocks: 500 },
  ],
  [
    'Alchemy, by size',
    {
      code: -32602,
      message:
        'Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range and no limit on the response size, or you can request any block range with a cap of 10K logs in the response. Based on your parameters and the response size limit, this block range should work: [0xab7149, 0xab7670]',
    },
    { kind: 'too_many_results', maxBlocks: 1320 },
  ],
  [
    'Alchemy, by size, in its older words',
    { code: -32600, message: 'Log response size exceeded. Please reduce query block range.' },
    { kind: 'too_many_results' },
  ],
  [
    'Alchemy, by rate',
    {
      httpStatus: 429,
      code: 429,
      message:
        'Your app has exceeded its compute units per second capacity. If you have retries enabled, you can safely ignore this message.',
    },
    { kind: 'rate_limited' },
  ],
  [
    'Alchemy, by rate, in a batch under a status of 200',
    { code: 429, message: 'Your app has exceeded its compute units per second capacity.' },
    { kind: 'rate_limited' },
  ],
  [
    'Alchemy, by month',
    { code: -32000, message: 'Monthly capacity limit exceeded. Visit the dashboard to upgrade.' },
    { kind: 'rate_limited' },
  ],
  ['Alchemy, without a key', { code: -32600, message: 'Must be authenticated!' }, { kind: 'unauthorized' }],
  [
    'Infura, by range',
    { code: -32602, message: 'range 1000000 exceeds limit of 10000' },
    { kind: 'range_too_large', maxBlocks: 10_000 },
  ],
  [
    'Infura, by count',
    {
      code: -32005,
      message: 'query returned more than 10000 results. Try with this block range [0x1, 0x64].',
    },
    { kind: 'too_many_results', maxBlocks: 100 },
  ],
  [
    'Infura, by day',
    { code: -32005, message: 'daily request count exceeded, request rate limited' },
    { kind: 'rate_limited' },
  ],
  ['Infura, by time', { code: -32005, message: 'query timeout exceeded' }, { kind: 'too_many_results' }],
  ['Infura, with a wrong key', { httpStatus: 401, message: 'invalid project id' }, { kind: 'unauthorized' }],
  [
    'QuickNode, by range',
    { httpStatus: 413, code: -32614, message: 'eth_getLogs is limited to a 10,000 range' },
    { kind: 'range_too_large', maxBlocks: 10_000 },
  ],
  [
    'QuickNode, by second',
    {
      code: -32007,
      message: '50/second request limit reached - reduce calls per second or upgrade your account',
    },
    { kind: 'rate_limited' },
  ],
  [
    'QuickNode, by credits',
    { code: -32012, message: 'credits limited to 6000/sec' },
    { kind: 'rate_limited' },
  ],
  ['Ankr, by range', { code: -32600, message: 'block range is too wide' }, { kind: 'range_too_large' }],
  [
    'Ankr, by range, in its newer words',
    { code: -32602, message: 'maximum [from, to] blocks distance: 10000' },
    { kind: 'range_too_large', maxBlocks: 10_000 },
  ],
  ['Ankr, by rate', { httpStatus: 429, message: 'Too many requests' }, { kind: 'rate_limited' }],
  [
    'Ankr, without a key',
    { code: -32000, message: 'Unauthorized: You must authenticate your request with an API key.' },
    { kind: 'unauthorized' },
  ],
  [
    'geth, a lacking method',
    { code: -32601, message: 'the method eth_getBlockReceipts does not exist/is not available' },
    { kind: 'unsupported' },
  ],
  ['geth, an unknown block', { code: -32000, message: 'header not found' }, { kind: 'not_found' }],
  [
    'geth, pruned state',
    {
      method: 'eth_call',
      code: -32000,
      message: 'missing trie node 51ec5b3d0f6a (path ) state 0x51ec is not available, not found',
    },
    { kind: 'no_history' },
  ],
  ['geth, out of time', { code: -32002, message: 'request timed out' }, { kind: 'transient' }],
  [
    'geth, a contract that says no',
    { method: 'eth_call', code: 3, message: 'execution reverted: too many requests', data: '0x08c379a0' },
    { kind: 'reverted' },
  ],
  ['geth, anything else', { code: -32000, message: 'leveldb: closed' }, { kind: 'transient' }],
  [
    'reth, by range',
    { code: -32602, message: 'query exceeds max block range 100000' },
    { kind: 'range_too_large', maxBlocks: 100_000 },
  ],
  [
    'reth, by count',
    {
      code: -32602,
      message: 'query exceeds max results 20000, retry with the range 24383075-24383096',
    },
    { kind: 'too_many_results', maxBlocks: 22 },
  ],
  [
    'reth, an unknown block',
    { code: -32001, message: 'block not found: hash 0x5fde78ecbc77' },
    { kind: 'not_found' },
  ],
  [
    'erigon, by range',
    { code: -32000, message: 'query block range exceeds server limit, narrow your filter: 1000' },
    { kind: 'range_too_large', maxBlocks: 1000 },
  ],
  [
    'erigon, by count',
    { code: -32000, message: 'query returns too many logs, narrow your filter: 20000' },
    { kind: 'too_many_results' },
  ],
  [
    'nethermind, an unknown block',
    { code: -32001, message: '8633830 could not be found' },
    { kind: 'not_found' },
  ],
  ['nethermind, its own fault', { code: -32603, message: 'Internal error' }, { kind: 'internal' }],
  ['public BSC, by range', { code: -32005, message: 'limit exceeded' }, { kind: 'range_too_large' }],
  [
    'public BSC, by rate',
    { method: 'eth_blockNumber', code: -32005, message: 'limit exceeded' },
    { kind: 'rate_limited' },
  ],
  [
    'public BSC, by range, with the number',
    { code: -32000, message: 'exceed maximum block range: 5000' },
    { kind: 'range_too_large', maxBlocks: 5000 },
  ],
  [
    'public Polygon, by range',
    { code: -32000, message: 'Block range is too large' },
    { kind: 'range_too_large' },
  ],
  [
    'public Polygon, by range, with the number',
    { code: -32000, message: 'eth_getLogs block range too large, range: 99991, max: 3500' },
    { kind: 'range_too_large', maxBlocks: 3500 },
  ],
  [
    'cdk-erigon, by range',
    { code: -32005, message: 'block range too large, max range: 1000' },
    { kind: 'range_too_large', maxBlocks: 1000 },
  ],
  [
    'Tenderly, with the reason in the data',
    {
      code: -32602,
      message: 'invalid params',
      data: { payload: 'range 9009594 is bigger than range limit 2000' },
    },
    { kind: 'range_too_large', maxBlocks: 2000 },
  ],
  [
    'Morph, with both numbers',
    {
      code: -32000,
      message: 'block range is larger than max block range, block range = 5120, max block range = 5000',
    },
    { kind: 'range_too_large', maxBlocks: 5000 },
  ],
  [
    'a gateway without nodes',
    { code: -32011, message: 'no backend is currently healthy to serve traffic' },
    { kind: 'transient' },
  ],
  ['a gateway, 502', { httpStatus: 502, message: 'HTTP 502 Bad Gateway' }, { kind: 'transient' }],
  ['a gateway, 404', { httpStatus: 404, message: 'HTTP 404 Not Found' }, { kind: 'fatal' }],
  ['no connection', { message: 'the connection failed' }, { kind: 'transient' }],
  [
    'geth, a batch whose answers are too long',
    { method: 'eth_getBlockByNumber', code: -32003, message: 'response too large' },
    { kind: 'too_large' },
  ],
  [
    'geth, a batch of too many',
    { method: 'batch', code: -32600, message: 'batch too large' },
    { kind: 'too_large' },
  ],
  [
    'jsonrpsee, of its size',
    { method: 'eth_getBlockReceipts', code: -32008, message: 'Response is too big' },
    { kind: 'too_large' },
  ],
  [
    'a gateway, of its size',
    { method: 'debug_traceBlockByHash', httpStatus: 413, message: 'HTTP 413 Content Too Large' },
    { kind: 'too_large' },
  ],
  [
    'Nethermind, a batch of too many',
    { method: 'batch', code: -32005, message: 'Batch size limit exceeded' },
    { kind: 'too_large' },
  ],
  [
    'reth, outside of its window of proofs',
    {
      method: 'eth_getProof',
      code: -32602,
      message: 'distance to target block exceeds maximum proof window',
    },
    { kind: 'no_history' },
  ],
  [
    'QuickNode, a proof too far back',
    { method: 'eth_getProof', code: -32614, message: 'eth_getProof is limited to a 10,000 range' },
    { kind: 'no_history' },
  ],
  [
    'reth, pruned state',
    { method: 'eth_getBalance', code: -32603, message: 'State at block #3 is pruned' },
    { kind: 'no_history' },
  ],
  [
    'geth, pruned history (EIP-4444)',
    { code: 4444, message: 'pruned history unavailable' },
    { kind: 'no_history' },
  ],
  [
    'Nethermind, receipts it no longer has',
    {
      method: 'eth_getBlockReceipts',
      code: -32602,
      message: 'Receipts for block 5 (0xab) are neither stored nor reproducible from state history.',
    },
    { kind: 'no_history' },
  ],
  [
    'erigon, pruned',
    { method: 'eth_getBalance', code: -32000, message: 'old data not available due to pruning' },
    { kind: 'no_history' },
  ],
  [
    'dRPC, an old state',
    { method: 'eth_getBalance', code: 27, message: 'Unknown state. First available state is 1' },
    { kind: 'no_history' },
  ],
  [
    'Besu, an old state',
    { method: 'eth_getBalance', code: -32000, message: 'World state unavailable' },
    { kind: 'no_history' },
  ],
  [
    'Ankr, tracing that is not paid for',
    {
      method: 'trace_block',
      code: -32000,
      message: 'Archive, debug and trace requests: method is not available on your plan',
    },
    { kind: 'unsupported' },
  ],
  [
    'erigon, a block beyond its head',
    { method: 'eth_getBlockReceipts', code: -32000, message: 'request beyond head block' },
    { kind: 'not_yet' },
  ],
  [
    'geth, an index that is being made',
    { method: 'eth_getTransactionReceipt', code: -32000, message: 'transaction indexing is in progress' },
    { kind: 'not_yet' },
  ],
  [
    'Avalanche, a block not accepted yet',
    {
      method: 'eth_getBlockReceipts',
      code: -32000,
      message: 'cannot query unfinalized data, after last accepted block',
    },
    { kind: 'not_yet' },
  ],
  [
    'a node that wants a number for a hash',
    { method: 'eth_getBlockReceipts', code: -32000, message: 'invalid argument 0: hex string has length 64' },
    { kind: 'parameters' },
  ],
  // OffchainLabs/nitro 3666, paradigmxyz/reth 26891: another node answers than the one that told of the head.
  [
    'geth, reth and Nitro, a range beyond its head',
    { code: -32602, message: 'invalid block range params' },
    { kind: 'not_yet' },
  ],
  ['Hyperliquid, the same', { code: -32602, message: 'invalid block range' }, { kind: 'not_yet' }],
  [
    'a node to which the range looks reversed, since it is behind',
    { code: -32000, message: 'fromBlock must be less than toBlock' },
    { kind: 'not_yet' },
  ],
  [
    'a gateway that keeps 128 blocks',
    { code: -32600, message: 'Invalid Request. Requested data is older than 128 blocks.' },
    { kind: 'no_history' },
  ],
  [
    'a public Base node, pruned',
    { code: -32000, message: 'earliest available block 49500000' },
    { kind: 'no_history' },
  ],
  [
    'Energy Web, by range under a code for rates',
    { code: -32005, message: 'Limit exceeded: Query requested more than 10.000 blocks' },
    { kind: 'range_too_large', maxBlocks: 10_000 },
  ],
  [
    'Besu, by range',
    { code: -32000, message: 'Requested range exceeds maximum RPC range limit' },
    { kind: 'range_too_large' },
  ],
  [
    'Alchemy, by range, in other words',
    { code: -32000, message: 'block range too large (2500), maximum allowed is 2000 blocks' },
    { kind: 'range_too_large', maxBlocks: 2000 },
  ],
  [
    'Nodies, by range under a code for what is not found',
    { code: -32001, message: 'Block range too large: maximum allowed is 20000 blocks' },
    { kind: 'range_too_large', maxBlocks: 20_000 },
  ],
  [
    'op-reth, while it syncs',
    { code: -32603, message: 'block meta not found for block #32842493' },
    { kind: 'not_found' },
  ],
  [
    'anvil, asked for an authorization before Prague by a code that others use for rates',
    { method: 'eth_estimateGas', code: -32003, message: 'Eip7702 is not supported' },
    { kind: 'parameters' },
  ],
  [
    'geth, of a type that its chain does not take yet',
    { method: 'eth_estimateGas', code: -32000, message: 'transaction type not supported' },
    { kind: 'parameters' },
  ],
  [
    'geth, a call that burns its gas',
    { method: 'eth_estimateGas', code: -32000, message: 'gas required exceeds allowance (30000000)' },
    { kind: 'reverted' },
  ],
  [
    'anvil, a call that burns its gas',
    { method: 'eth_estimateGas', code: -32603, message: 'EVM error InvalidFEOpcode' },
    { kind: 'reverted' },
  ],
  [
    'anvil, a call out of gas',
    { method: 'eth_call', code: -32003, message: 'Out of gas: gas required exceeds allowance: 0' },
    { kind: 'reverted' },
  ],
  [
    'Nethermind, a contract that says no',
    { method: 'eth_call', code: -32015, message: 'VM execution error.', data: 'Reverted 0x' },
    { kind: 'reverted' },
  ],
  // As eRPC (erpc/erpc, architecture/evm) tells them apart, and as they stand in reports of users.
  [
    'Alchemy, by range of its free tier',
    {
      httpStatus: 400,
      code: -32600,
      message:
        'Under the Free tier plan, you can make eth_getLogs requests with up to a 10 block range. Based on your parameters, this block range should work: [0x1, 0xa]',
    },
    { kind: 'range_too_large', maxBlocks: 10 },
  ],
  [
    'Alchemy, an app that was switched off',
    { method: 'eth_getBlockByNumber', code: -32000, message: 'App is inactive. Please contact support' },
    { kind: 'unauthorized' },
  ],
  [
    'dRPC, by range of its free tier',
    { code: 35, message: 'ranges over 10000 blocks are not supported on freetier' },
    { kind: 'range_too_large', maxBlocks: 10_000 },
  ],
  [
    'dRPC, a batch of its free tier',
    {
      method: 'batch',
      code: 31,
      message:
        'Batch of more than 3 requests are not allowed on free tier, to use this feature register paid account',
    },
    { kind: 'too_large' },
  ],
  [
    'dRPC, without a node for it now',
    { method: 'eth_getBlockByNumber', code: 12, message: "Can't route your request to suitable provider" },
    { kind: 'transient' },
  ],
  [
    'erigon, a batch of too many',
    { method: 'batch', code: -32000, message: 'batch limit 100 exceeded: 142 requests given' },
    { kind: 'too_large' },
  ],
  [
    'geth, a range beyond its head',
    { code: -32602, message: 'block range extends beyond current head block' },
    { kind: 'not_yet' },
  ],
  [
    'QuickNode, traces by second',
    { method: 'debug_traceBlockByHash', code: -32009, message: 'trace requests limited to 200/sec' },
    { kind: 'rate_limited' },
  ],
  [
    'LlamaRPC behind Cloudflare',
    { method: 'eth_getBlockByNumber', message: 'error code: 1015' },
    { kind: 'rate_limited' },
  ],
  [
    'Pocket, by throughput',
    { method: 'eth_call', code: -32011, message: 'Application has exceeded its throughput limit' },
    { kind: 'rate_limited' },
  ],
  [
    'Base, by rate, told on by a proxy',
    {
      method: 'eth_call',
      code: -32000,
      message: '429 Too Many Requests: {"error":{"code":-32016,"message":"over rate limit"}}',
    },
    { kind: 'rate_limited' },
  ],
  [
    'a method that is not paid for',
    {
      method: 'eth_getBlockReceipts',
      code: -32000,
      message: 'Method eth_getBlockReceipts is not included in your current plan',
    },
    { kind: 'unsupported' },
  ],
  [
    'BSC, of its size',
    {
      method: 'eth_getBlockReceipts',
      code: -32000,
      message: 'response size should not greater than 10000000 bytes',
    },
    { kind: 'too_large' },
  ],
  [
    'op-geth, from before Bedrock',
    {
      method: 'eth_getBalance',
      code: -32000,
      message: 'no historical RPC is available for this historical (pre-bedrock) execution request',
    },
    { kind: 'no_history' },
  ],
  [
    'geth, histories that are being indexed',
    { method: 'eth_getProof', code: -32000, message: "state histories haven't been fully indexed yet" },
    { kind: 'not_yet' },
  ],
  [
    'erigon, a block of a filter',
    {
      code: -32000,
      message: 'One of the blocks specified in filter (fromBlock, toBlock or blockHash) cannot be found.',
    },
    { kind: 'not_found' },
  ],
  [
    'Sei, a list of receipts',
    { method: 'eth_getBlockReceipts', code: -32000, message: 'failed to find transaction in block' },
    { kind: 'not_found' },
  ],
  [
    'BlockPI, by rate',
    { method: 'eth_call', code: -32090, message: 'Too many request, try again later' },
    { kind: 'rate_limited' },
  ],
  [
    'Infura, by the settings of a project',
    { method: 'eth_call', code: -32002, message: 'rejected due to project ID settings' },
    { kind: 'unauthorized' },
  ],
  [
    'a node without proofs of the past',
    { method: 'eth_getProof', code: -32000, message: "proofs are available only for the 'latest' block" },
    { kind: 'no_history' },
  ],
  [
    'a node that syncs',
    { method: 'eth_call', code: -32000, message: 'the method is currently not available: node is syncing' },
    { kind: 'not_yet' },
  ],
  [
    'a method on another plan',
    { method: 'eth_call', code: -32000, message: 'this method is currently not available on your plan' },
    { kind: 'unsupported' },
  ],
  [
    'Ethermint, a hash in place of a number',
    { method: 'eth_getBlockReceipts', code: -32000, message: 'hex number > 64 bits' },
    { kind: 'parameters' },
  ],
  [
    'a method that is only named to be refused',
    { method: 'eth_maxPriorityFeePerGas', code: -32000, message: 'not supported' },
    { kind: 'unsupported' },
  ],
  [
    'wrong params',
    { code: -32602, message: 'invalid argument 0: hex string without 0x prefix' },
    { kind: 'parameters' },
  ],
];

describe('classify', () => {
  it.each(REFUSALS)('%s', (_who, refusal, failure) => {
    expect(classify({ method: 'eth_getLogs', ...refusal })).toEqual(failure);
  });

  it('never takes what another method says for a range', () => {
    const refusal = { method: 'eth_call', code: -32000, message: 'block range too large, max range: 1000' };
    expect(classify(refusal).kind).toBe('transient');
  });

  it.each([
    ['3', 3000],
    ['0', 0],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ])('waits as long as told: retry-after %s', (retryAfter, retryAfterMs) => {
    expect(classify({ method: 'eth_chainId', httpStatus: 429, retryAfter, message: '' })).toEqual({
      kind: 'rate_limited',
      retryAfterMs,
    });
  });

  it('does without a retry-after that says nothing', () => {
    expect(classify({ method: 'eth_chainId', httpStatus: 429, retryAfter: 'soon', message: '' })).toEqual({
      kind: 'rate_limited',
    });
  });
});
