import { type Configuration } from '../config/read-configuration.js';

/** Who holds the keys to the money that comes in, and where it goes: printed at every start. */
export function custodyText({ settings, chains }: Pick<Configuration, 'settings' | 'chains'>): string {
  const { xpub, mnemonic, payoutPrivateKey, treasuryAddress, roles } = settings;
  if (xpub !== null) {
    const payout = payoutPrivateKey === null ? 'no private key here' : 'no key here but that of refunds';
    return `XPUB: ${payout}; payments end at confirmed, you move the money (wallet export lists it)`;
  }
  if (mnemonic === null) return 'no wallet in this process: it makes no addresses and moves no money';
  if (!roles.includes('sweeper'))
    return 'MNEMONIC: this process makes addresses of it; one with the role sweeper moves the money';
  const treasuries = new Set(
    chains
      .filter(({ sweep }) => sweep.enabled)
      .map(({ sweep }) => sweep.treasury ?? treasuryAddress)
      .filter((treasury) => treasury !== null),
  );
  if (treasuries.size === 0)
    return 'MNEMONIC: the keys are here, and nothing is swept, as no chain that is swept has a treasury';
  return `MNEMONIC: the keys are here; confirmed money is swept to ${[...treasuries].join(', ')}`;
}
