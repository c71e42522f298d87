import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, type AnswerFault, type Call, type Fault } from './faulty-rpc.js';

export interface Log {
  address: string;
  blockHash: string;
  blockNumber: string;
  logIndex: string;
  transactionHash: string;
  [field: string]: unknown;
}

export interface Receipt {
  transactionHash: string;
  status: string;
  logs: Log[];
  [field: string]: unknown;
}

/** Later by so much. */
export function delayed(ms: number): Fault {
  return { kind: 'exchange', beforeMs: ms };
}

/** The connection stays open, and nothing ever comes. */
export function hung(): Fault {
  return { kind: 'exchange', respond: () => undefined };
}

/** The connection is cut. */
export function dropped(): Fault {
  return { kind: 'exchange', respond: (response) => response.destroy() };
}

/** HTTP 429. */
export function tooManyRequests(retryAfterSeconds?: number): Fault {
  const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  return {
    kind: 'exchange',
    respond: (response) => response.writeHead(429, headers).end('Too Many Requests'),
  };
}

/** As a gateway whose node is down: no JSON in the body. */
export function serverError(status = 503): Fault {
  return {
    kind: 'exchange',
    respond: (response) =>
      response.writeHead(status, { 'content-type': 'text/html' }).end('<h1>upstream</h1>'),
  };
}

/** The right answer's first half, under a status of 200. */
export function truncated(): Fault {
  return {
    kind: 'exchange',
    respond: async (response, body) => {
      const text = await body();
      response.writeHead(200, { 'content-type': 'application/json' }).end(text.slice(0, text.length / 2));
    },
  };
}

/** As on a thin line: a batch of more calls than this comes so much later. */
export function slowForMany(calls: number, ms: number): Fault {
  return {
    kind: 'exchange',
    respond: async (response, body) => {
      const text = await body();
      const given = JSON.parse(text) as unknown;
      if (Array.isArray(given) && given.length > calls) await delay(ms, undefined, { ref: false });
      response.writeHead(200, { 'content-type': 'application/json' }).end(text);
    },
  };
}

/** As geth: answers the first calls of a batch until its answer is full, and refuses the rest. */
export function batchLimit(calls: number): Fault {
  return {
    kind: 'exchange',
    respond: async (response, body) => {
      const given = JSON.parse(await body()) as { id: unknown } | { id: unknown }[];
      const error = { code: -32_003, message: 'response too large' };
      const answers = Array.isArray(given)
        ? given.map((own, place) => (place < calls ? own : { jsonrpc: '2.0', id: own.id, error }))
        : given;
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answers));
    },
  };
}

/** The node's own error object. @param httpStatus some vendors send theirs with 4xx */
export function failure(code: number, message: string, httpStatus?: number): AnswerFault {
  const answer: Answer = { error: { code, message }, ...(httpStatus === undefined ? {} : { httpStatus }) };
  return { kind: 'answer', answer: () => Promise.resolve(answer) };
}

/** The same result whatever the node says. */
export function result(value: unknown): AnswerFault {
  return { kind: 'answer', answer: () => Promise.resolve({ result: value }) };
}

/** For eth_chainId. */
export function wrongChainId(chainId: number): AnswerFault {
  return result(quantity(chainId));
}

/** For eth_getLogs: the silence of a node that lost its index. */
export function emptyLogs(): AnswerFault {
  return result([]);
}

/** For eth_blockNumber and eth_getBlockByNumber: knows nothing above this block. */
export function staleHead(head: number): AnswerFault {
  return {
    kind: 'answer',
    answer: async ({ method, params }, ask) => {
      if (method === 'eth_blockNumber') return { result: quantity(head) };
      if (params[0] === 'latest') return ask({ method, params: [quantity(head), ...params.slice(1)] });
      return Number(params[0]) > head ? { result: null } : ask({ method, params });
    },
  };
}

/** For eth_getLogs and eth_getBlockReceipts: leaves out the log at this place (-1: the last), where there is one. */
export function withoutOneLog(place = 0): AnswerFault {
  return changed((value, { method }) => {
    if (method === 'eth_getLogs') return without(value as Log[], place);
    const receipts = value as Receipt[];
    const victim = receipts.flatMap(({ logs }) => logs).at(place);
    return receipts.map((receipt) => ({ ...receipt, logs: receipt.logs.filter((log) => log !== victim) }));
  });
}

/** For eth_getBlockReceipts and eth_getTransactionReceipt: changes the receipt at this place. */
export function changedReceipt(change: (receipt: Receipt) => Partial<Receipt>, place = 0): AnswerFault {
  return changed((value) => {
    if (!Array.isArray(value)) return { ...(value as Receipt), ...change(value as Receipt) };
    const receipts = value as Receipt[];
    return receipts.map((receipt) =>
      receipt === receipts.at(place) ? { ...receipt, ...change(receipt) } : receipt,
    );
  });
}

/** For eth_getBlockByNumber and eth_getBlockByHash: changes the block. */
export function changedBlock(
  change: (block: Record<string, unknown>) => Record<string, unknown>,
): AnswerFault {
  return changed((value) => ({
    ...(value as Record<string, unknown>),
    ...change(value as Record<string, unknown>),
  }));
}

/** For eth_getBlockReceipts: leaves out the last receipt, where there are several. */
export function shortReceipts(): AnswerFault {
  return changed((value) => {
    const receipts = value as Receipt[];
    return receipts.length > 1 ? receipts.slice(0, -1) : receipts;
  });
}

/** For eth_getBlockReceipts, eth_getTransactionReceipt and eth_getLogs: numbers logs anew in each transaction. */
export function restartingLogNumbers(): AnswerFault {
  return changed((value, { method }) => {
    const renumbered = (logs: readonly Log[]) => {
      const next = new Map<string, number>();
      return logs.map((log) => {
        const place = next.get(log.transactionHash) ?? 0;
        next.set(log.transactionHash, place + 1);
        return { ...log, logIndex: quantity(place) };
      });
    };
    if (method === 'eth_getLogs') return renumbered(value as Log[]);
    const one = (receipt: Receipt) => ({ ...receipt, logs: renumbered(receipt.logs) });
    return Array.isArray(value) ? (value as Receipt[]).map(one) : one(value as Receipt);
  });
}

/** For eth_getBlockReceipts: the last transaction's first, as a list that was filled from its end. */
export function receiptsBackwards(): AnswerFault {
  return changed((value) => [...(value as Receipt[])].reverse());
}

/** Hexadecimal in capitals, which JSON-RPC allows. */
export function inCapitals(): AnswerFault {
  return eachValue((value) =>
    typeof value === 'string' && /^0x[\da-f]+$/.test(value) ? `0x${value.slice(2).toUpperCase()}` : value,
  );
}

/** Without these fields, wherever in the answer they stand: what a node need not tell. */
export function withoutFields(...names: readonly string[]): AnswerFault {
  return changed((value) => stripped(value, names));
}

/** Every value of an answer changed, by the name of its field ('' in lists). */
export function eachValue(change: (value: unknown, name: string) => unknown): AnswerFault {
  const inside = (value: unknown, name: string): unknown => {
    if (Array.isArray(value)) return value.map((inner) => inside(inner, ''));
    if (typeof value !== 'object' || value === null) return change(value, name);
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inside(inner, key)]));
  };
  return changed((value) => inside(value, ''));
}

function stripped(value: unknown, names: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return mapped(value, (inner) => stripped(inner, names));
  const kept = Object.entries(value).filter(([name]) => !names.includes(name));
  return mapped(Object.fromEntries(kept), (inner) => stripped(inner, names));
}

/** What is in lists and objects, each part changed. */
function mapped(value: unknown, change: (inner: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(change);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, change(inner)]));
}

/** For blocks, from this one on: a field that is not known, and a hash that does not come out of those that are. */
export function newerForkFrom(number: number): AnswerFault {
  return changedBlock((block) =>
    Number(block.number) < number ? {} : { unheardOf: '0x5', extraData: `${String(block.extraData)}77` },
  );
}

/** For eth_getLogs: adds logs of a block that a reorg has replaced, read from the node before it. */
export function orphanedLogs(logs: readonly Log[]): AnswerFault {
  return changed((value) => [...(value as Log[]), ...logs]);
}

/** For eth_getLogs: what was asked for, as another branch has it. */
export function logsOfAnotherBranch(): AnswerFault {
  const blockHash = `0x${'ab'.repeat(32)}`;
  return changed((value) => (value as Log[]).map((log) => ({ ...log, blockHash })));
}

export type Vendor = 'alchemy' | 'infura' | 'quicknode' | 'ankr' | 'erigon' | 'reth' | 'bsc' | 'polygon';

/** How each refuses a range of blocks; `from` is the first block asked for. */
const REFUSALS: Record<Vendor, (asked: { from: number; size: number; limit: number }) => Answer> = {
  alchemy: ({ from, limit }) => ({
    httpStatus: 400,
    error: {
      code: -32600,
      message:
        `You can make eth_getLogs requests with up to a ${limit} block range. Based on your parameters, ` +
        `this block range should work: [${quantity(from)}, ${quantity(from + limit - 1)}]`,
    },
  }),
  infura: ({ size, limit }) => ({
    error: { code: -32602, message: `range ${size} exceeds limit of ${limit}` },
  }),
  quicknode: ({ limit }) => ({
    httpStatus: 413,
    error: {
      code: -32614,
      message: `eth_getLogs is limited to a ${limit.toLocaleString('en-US')} range`,
    },
  }),
  ankr: () => ({ error: { code: -32600, message: 'block range is too wide' } }),
  erigon: ({ limit }) => ({
    error: { code: -32000, message: `query block range exceeds server limit, narrow your filter: ${limit}` },
  }),
  reth: ({ limit }) => ({
    error: { code: -32602, message: `query exceeds max block range ${limit}` },
  }),
  bsc: ({ limit }) => ({ error: { code: -32005, message: `exceed maximum block range: ${limit}` } }),
  polygon: () => ({ error: { code: -32000, message: 'Block range is too large' } }),
};

/** For eth_getLogs: refuses more than so many blocks at once, in the vendor's words. */
export function rangeLimit(limit: number, vendor: Vendor): AnswerFault {
  return {
    kind: 'answer',
    answer: async (call, ask) => {
      const { fromBlock, toBlock } = call.params[0] as { fromBlock?: string; toBlock?: string };
      const [from, size] = [Number(fromBlock), Number(toBlock) - Number(fromBlock) + 1];
      return size > limit ? REFUSALS[vendor]({ from, size, limit }) : ask(call);
    },
  };
}

/** Changes what the node answered; its errors and nulls stay as they are. */
export function changed(change: (value: unknown, call: Call) => unknown): AnswerFault {
  return {
    kind: 'answer',
    answer: async (call, ask) => {
      const answer = await ask(call);
      return 'result' in answer && answer.result !== null ? { result: change(answer.result, call) } : answer;
    },
  };
}

function without<T>(list: readonly T[], place: number): T[] {
  const victim = list.at(place);
  return list.filter((item) => item !== victim);
}

function quantity(number: number): string {
  return `0x${number.toString(16)}`;
}

const badParameters = failure(-32_602, 'invalid argument 0: hex string has length 64, want 40');
const notServed = failure(-32_000, 'cannot be served by this node');
/** Ways in which nodes fail to give one block's receipts, by method. */
export const REFUSALS_OF_A_BLOCK: [string, Record<string, Fault>][] = [
  ['receipts of the block, by its parameters', { eth_getBlockReceipts: badParameters }],
  ['receipts of the block, in words that tell nothing', { eth_getBlockReceipts: notServed }],
  ['receipts and logs of the block', { eth_getBlockReceipts: badParameters, eth_getLogs: notServed }],
  [
    'receipts by a method that it lacks, and logs',
    { eth_getBlockReceipts: failure(-32_601, 'no'), eth_getLogs: badParameters },
  ],
  [
    'one receipt of the list',
    {
      eth_getBlockReceipts: {
        kind: 'answer',
        answer: async (call, ask) => {
          const answer = await ask(call);
          return 'result' in answer && answer.result !== null
            ? { result: (answer.result as unknown[]).slice(0, -1) }
            : answer;
        },
      },
    },
  ],
];
