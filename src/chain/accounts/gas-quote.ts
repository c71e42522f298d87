import { type Rpc, RpcError } from '../rpc/rpc-endpoint.js';
import { type RpcPool } from '../rpc/rpc-pool.js';
import { most } from './disagreement.js';

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
 * Wei per gas. A node that has seen no tips says that none is needed. Where there is next to no base fee either, nobody takes
 * what is offered then, and all that replaces it is held to a multiple of it: then the last blocks and the usual price are
 * asked as well, and the most of them counts.
 */
const NEXT_TO_NOTHING = 1_000_000n;

/** A price that rose by more than this since all endpoints were asked is not believed of one. */
const MOST_RISE = 2n;

/** What gas costs, as no single endpoint decides: the price of one that is wrong would be paid from the operator's money. */
export class GasQuotes {
  /** What all said when they were last asked, or less. */
  private agreed: GasQuote | null = null;

  constructor(private readonly rpc: Pick<RpcPool, 'fromOneEndpoint' | 'fromEveryEndpoint'>) {}

  /** @throws RpcError */
  async read(): Promise<GasQuote> {
    const first = await this.rpc.fromOneEndpoint(readGasQuote, 'gas price');
    if (this.agreed !== null && isNear(first, this.agreed)) {
      if (priceOf(first) < priceOf(this.agreed)) this.agreed = first;
      return first;
    }
    this.agreed = middleOf(await this.rpc.fromEveryEndpoint(readGasQuote, 'gas price'));
    return this.agreed;
  }
}

function isNear(quote: GasQuote, agreed: GasQuote): boolean {
  const isAlike = (quote.baseFee === null) === (agreed.baseFee === null);
  return isAlike && priceOf(quote) <= MOST_RISE * priceOf(agreed);
}

function priceOf({ baseFee, tip }: GasQuote): bigint {
  return (baseFee ?? 0n) + tip;
}

/**
 * Of an even number the lower one of the two in the middle: what is offered too low is raised until it is mined, what is
 * offered too high is gone.
 */
export function middleOf(quotes: readonly GasQuote[]): GasQuote {
  const legacy = quotes.filter(({ baseFee }) => baseFee === null);
  if (2 * legacy.length > quotes.length) return { baseFee: null, tip: middle(legacy.map(({ tip }) => tip)) };
  const others = quotes.filter((quote): quote is { baseFee: bigint; tip: bigint } => quote.baseFee !== null);
  return {
    baseFee: middle(others.map(({ baseFee }) => baseFee)),
    tip: middle(others.map(({ tip }) => tip)),
  };
}

/** @param amounts one at least */
export function middle(amounts: readonly bigint[]): bigint {
  const sorted = [...amounts].sort(ascending);
  return sorted[Math.floor((sorted.length - 1) / 2)] as bigint;
}

/**
 * A chain without base fees in its newest block takes legacy transactions. What miners want on top, not every node
 * tells: it is what the last blocks paid, or what the usual price leaves above the base fee.
 * @throws RpcError
 */
export async function readGasQuote(rpc: Rpc): Promise<GasQuote> {
  const { baseFeePerGas: baseFee } = await rpc.call('eth_getBlockByNumber', ['latest', false]);
  if (baseFee === undefined) return { baseFee: null, tip: await rpc.call('eth_gasPrice', []) };
  const named = await unlessRefused(() => rpc.call('eth_maxPriorityFeePerGas', []));
  if (named !== null && baseFee + named > NEXT_TO_NOTHING) return { baseFee, tip: named };
  const usual = await unlessRefused(() => usualTip(rpc));
  if (named === null && usual === null) return { baseFee, tip: await aboveBaseFee(rpc, baseFee) };
  const tip = most([named, usual]) ?? 0n;
  if (baseFee + tip > NEXT_TO_NOTHING) return { baseFee, tip };
  return { baseFee, tip: most([tip, await unlessRefused(() => aboveBaseFee(rpc, baseFee))]) ?? tip };
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
