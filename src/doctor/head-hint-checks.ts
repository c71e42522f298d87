import { connectSocket } from '../chain/rpc/new-heads.js';
import { labelled } from '../chain/rpc/endpoint-labels.js';
import { type ChainConfig } from '../config/chains.js';
import { type Finding, ok, warning } from './finding.js';

const TIMEOUT_MS = 5_000;
const SUBSCRIBE = 1;
const CHAIN_ID = 2;

/** Whether each of a chain's `ws_urls` is of this chain and takes a subscription. Without them blocks are seen a little later. */
export async function headHintFindings(part: string, chain: ChainConfig): Promise<Finding[]> {
  return Promise.all(
    labelled(chain.wsUrls).map(async ({ url, label }) => {
      const reason = await whyNoHints(url, chain);
      if (reason === null) return ok(part, `${label} of ws_urls tells of new heads`);
      const what = `${label} of ws_urls gives no hints of new heads: ${reason}`;
      return warning(part, what, `fix it, or take it out of ws_urls: blocks are seen a little later then`);
    }),
  );
}

/** Null: it takes a subscription to new heads of this chain. */
function whyNoHints(url: string, { chainId }: Pick<ChainConfig, 'chainId'>): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connectSocket(url, chainId);
    const answered = new Set<number>();
    const end = (reason: string | null) => {
      clearTimeout(timer);
      socket.onclose = null;
      socket.close();
      resolve(reason);
    };
    const timer = setTimeout(() => end(`no answer within ${TIMEOUT_MS} ms`), TIMEOUT_MS);
    socket.onopen = () => {
      const ask = (id: number, method: string, params: unknown[]) =>
        socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
      ask(SUBSCRIBE, 'eth_subscribe', ['newHeads']);
      ask(CHAIN_ID, 'eth_chainId', []);
    };
    socket.onmessage = ({ data }) => {
      const { id, result, error } = answerIn(data);
      if (id !== SUBSCRIBE && id !== CHAIN_ID) return;
      if (error != null) return end(`it refuses ${id === SUBSCRIBE ? 'eth_subscribe' : 'eth_chainId'}`);
      if (id === CHAIN_ID && Number(result) !== chainId)
        return end(`it serves chain id ${Number(result)}, chains.yaml says ${chainId}`);
      answered.add(id);
      if (answered.size === 2) end(null);
    };
    // Every error is followed by the close.
    socket.onerror = () => undefined;
    socket.onclose = () => end('the connection was refused or closed');
  });
}

function answerIn(data: unknown): { id?: unknown; result?: unknown; error?: unknown } {
  try {
    return Object(JSON.parse(String(data))) as { id?: unknown; result?: unknown; error?: unknown };
  } catch {
    return {};
  }
}
