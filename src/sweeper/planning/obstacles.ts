import { type GasQuote } from '../../chain/accounts/chain-accounts.js';
import { type ChainConfig } from '../../config/chains.js';
import { feesFor } from '../../outgoing/fees.js';
import { type Obstacle } from './decide.js';
import { retryAt } from './sweeping.js';

export function pausedFor(reason: string | null): Obstacle {
  return { code: 'paused', reason: `sweeping is paused${reason === null ? '' : `: ${reason}`}` };
}

/** Null: gas costs no more than the operator would pay. */
export function dearGas(chain: ChainConfig, quote: GasQuote): Obstacle | null {
  const { maxGasPrice } = chain.sweep;
  const { maxFeePerGas } = feesFor(quote, false);
  if (maxGasPrice === undefined || maxFeePerGas <= maxGasPrice) return null;
  return { code: 'gas_price', reason: `gas costs ${maxFeePerGas} wei, and max_gas_price is ${maxGasPrice}` };
}

/** Null: it is tried again now. */
export function failedBefore(
  { failures, lastAt }: { failures: number; lastAt: Date },
  now: Date,
): Obstacle | null {
  const at = retryAt(failures, lastAt);
  if (at !== null && at <= now) return null;
  const next =
    at === null
      ? 'it is tried again only when asked for (quittance sweep run --payment … --force)'
      : `it is tried again at ${at.toISOString()}`;
  return { code: 'failed_before', reason: `it failed ${failures} times in a row; ${next}` };
}
