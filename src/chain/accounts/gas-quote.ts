import { type Rpc, RpcError } from '../rpc/rpc-endpoint.js';

/** What gas costs now, wei per gas. */
export interface GasQuote {
  /** Null: the chain has no EIP-1559. */
  baseFee: bigint | null;
  /** What miners want on top; where there is no base fee, the whole price. */
  tip: bigint;
}

/** Blocks whose tips are looked at, and which of them is taken: what half of the gas in a block paid. */
const HISTORY_BLOCKS = '0xa';
const MIDDLE = 50;

/**
 * A chain without base fees in its newest block takes legacy transactions. What miners want on top, not every node
 * tells: it is what the last blocks paid, or what the usual price leaves above the base fee.
 * @throws RpcError
 */
export async function readGasQuote(rpc: Rpc): Promise<GasQuote> {
  const { baseFeePerGas } = await rpc.call('eth_getBlockByNumber', ['latest', false]);
  if (baseFeePerGas === undefined) return { baseFee: null, tip: await rpc.call('eth_gasPrice', []) };
  const tip =
    (await unlessRefused(() => rpc.call('eth_maxPriorityFeePerGas', []))) ??
    (await unlessRefused(() => usualTip(rpc))) ??
    (await aboveBaseFee(rpc, baseFeePerGas));
  return { baseFee: baseFeePerGas, tip };
}

/** Null: the last blocks paid nothing to estimate from. */
async function usualTip(rpc: Rpc): Promise<bigint | null> {
  const { reward } = await rpc.call('eth_feeHistory', [HISTORY_BLOCKS, 'latest', [MIDDLE]]);
  const tips = (reward ?? []).flatMap(([tip]) => (tip === undefined ? [] : [tip])).sort(ascending);
  return tips[Math.floor(tips.length / 2)] ?? null;
}

async function aboveBaseFee(rpc: Rpc, baseFee: bigint): Promise<bigint> {
  const price = await rpc.call('eth_gasPrice', []);
  return price > baseFee ? price - baseFee : 0n;
}

/** Null: no endpoint answers this method, and the next one may be asked. */
async function unlessRefused<T>(ask: () => Promise<T | null>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof RpcError) return null;
    throw error;
  }
}

function ascending(one: bigint, other: bigint): number {
  return one < other ? -1 : Number(one > other);
}
