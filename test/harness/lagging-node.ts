import { type Answer, type AnswerFault, type Ask, type Call } from './faulty-rpc.js';

interface Placed {
  blockNumber?: string | null;
  number?: string;
}

const UNKNOWN_BLOCK: Answer = { error: { code: -32_000, message: 'header not found' } };
/** Where a call says after which block it is to be answered. */
const STATE_AT: Readonly<Record<string, number>> = {
  eth_getBalance: 1,
  eth_getTransactionCount: 1,
  eth_getCode: 1,
  eth_call: 1,
  eth_estimateGas: 1,
  eth_getStorageAt: 2,
  eth_getProof: 2,
};
const OF_BLOCKS = ['eth_getBlockByNumber', 'eth_getBlockReceipts', 'debug_traceBlockByNumber'];
const BY_HASH = ['debug_traceBlockByHash', 'eth_getLogs'];
const FOUND = ['eth_getBlockByHash', 'eth_getTransactionReceipt', 'eth_getTransactionByHash'];

/**
 * For every method: a node that is healthy and behind, as one that syncs. It knows no block above this one, nothing that
 * is mined there, and no state after it; what is sent it takes.
 */
export function lagging(head: number): AnswerFault {
  return { kind: 'answer', answer: (call, ask) => answered(head, call, ask) };
}

async function answered(head: number, call: Call, ask: Ask): Promise<Answer> {
  const { method, params } = call;
  if (method === 'eth_blockNumber') return { result: quantity(head) };
  if (FOUND.includes(method)) return unlessNewer(head, await ask(call));
  if (BY_HASH.includes(method)) {
    const [given] = params as [string | { blockHash?: string }];
    const hash = typeof given === 'string' ? given : given.blockHash;
    return hash === undefined || (await hasBlock(head, hash, ask)) ? ask(call) : UNKNOWN_BLOCK;
  }
  const place = OF_BLOCKS.includes(method) ? 0 : STATE_AT[method];
  if (place === undefined) return ask(call);
  const block = (params[place] ?? 'latest') as string | { blockHash: string };
  const hash = typeof block === 'object' ? block.blockHash : /^0x[0-9a-f]{64}$/.exec(block)?.[0];
  const none = place === 0 ? { result: null } : UNKNOWN_BLOCK;
  if (hash !== undefined) return (await hasBlock(head, hash, ask)) ? ask(call) : none;
  if (Number(block) > head) return none;
  // Of a name, as `latest`, it is the newest that it has.
  const isName = Number.isNaN(Number(block));
  const isLater = isName && (await isNewer(head, block as string, ask));
  return isLater
    ? ask({ method, params: Object.assign([...params], { [place]: quantity(head) }) })
    : ask(call);
}

async function isNewer(head: number, name: string, ask: Ask): Promise<boolean> {
  const answer = await ask({ method: 'eth_getBlockByNumber', params: [name, false] });
  return 'result' in answer && answer.result !== null && Number((answer.result as Placed).number) > head;
}

async function hasBlock(head: number, hash: string, ask: Ask): Promise<boolean> {
  const answer = unlessNewer(head, await ask({ method: 'eth_getBlockByHash', params: [hash, false] }));
  return 'result' in answer && answer.result !== null;
}

/** What is above its head it does not have. */
function unlessNewer(head: number, answer: Answer): Answer {
  if (!('result' in answer) || answer.result === null) return answer;
  const { blockNumber, number } = answer.result as Placed;
  return Number(blockNumber ?? number) > head ? { result: null } : answer;
}

function quantity(number: number): string {
  return `0x${number.toString(16)}`;
}
