import { type ChainConfig } from './chains.js';
import { type Settings } from './settings.js';
import { type Address, toAddress } from '../ids/ids.js';

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
