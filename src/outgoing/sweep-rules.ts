import { type AssetSweep, type ChainConfig, type SweepBatches } from '../config/chains.js';
import { type Settings } from '../config/settings.js';
import { type Address, type Asset, toAddress } from '../ids/ids.js';

/** Where a chain's money goes, lower-case; or why nothing is swept there. */
export type Sweeping = { treasury: Address } | { off: string };

/** By the settings alone: whether keys are here is the sweeping process's business. */
export function sweepingOf(
  chain: ChainConfig,
  { treasuryAddress, xpub }: Pick<Settings, 'treasuryAddress' | 'xpub'>,
): Sweeping {
  if (xpub !== null)
    return { off: 'with XPUB there is no key to sweep with: sweep off line, with: quittance wallet export' };
  if (!chain.sweep.enabled) return { off: `chain ${chain.name} has sweep: {enabled: false}` };
  if (chain.sweep.treasury !== undefined) return { treasury: chain.sweep.treasury };
  return treasuryAddress === null
    ? { off: 'TREASURY_ADDRESS is not set' }
    : { treasury: toAddress(treasuryAddress) };
}

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
