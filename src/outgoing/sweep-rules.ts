import { type AssetSweep, type ChainConfig, type SweepBatches } from '../config/chains.js';
import { type Asset } from '../ids/ids.js';

/** What chains.yaml says of sweeping an asset. @param tokenAddress lower-case; null: the native one */
export function rulesOf(chain: ChainConfig, tokenAddress: Asset): AssetSweep & { nativeValue?: bigint } {
  if (tokenAddress === null) return chain.sweep;
  return chain.tokens.find((token) => token.address === tokenAddress)?.sweep ?? { minimum: 0n };
}

/** The beginning of a day by UTC. */
export function startOfDay(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));
}

/** How a chain's tokens go together; undefined: this asset goes by itself, as the native one does, cheap as it is. */
export function batchesFor({ sweep }: ChainConfig, tokenAddress: Asset): SweepBatches | undefined {
  return tokenAddress === null ? undefined : sweep.batches;
}
