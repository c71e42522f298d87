import { FundsReader } from '../chain/accounts/funds-reader.js';
import { type ChainConfig } from '../config/chains.js';
import { type Configuration } from '../config/read-configuration.js';
import { type Settings } from '../config/settings.js';
import { withConnection } from '../database/connect.js';
import { type DepositScheme } from './deposit-scheme.js';
import { NEXT_INDEX } from './next-index.js';
import { depositScheme } from './scheme-of-settings.js';
import { firstAddress } from './wallet-source.js';
import { type UsedAddress, usedAddresses } from './used-addresses.js';

/** As many as one Multicall3 call takes easily. Of those given out after a backup, few are never paid. */
const LOOK_AHEAD = 100;

export class AddressesUsedError extends Error {
  constructor({ index, address, chain }: UsedAddress, next: number) {
    super(
      `the next payments would get addresses that have been used: ${address} (index ${index}) on ${chain}, and the ` +
        `database at hand would give out index ${next} next. Is DATABASE_URL the database you mean, with the payments ` +
        'made so far? If it was restored from a backup, or this wallet was used elsewhere before, go past what was ' +
        'used: quittance wallet skip',
    );
  }
}

export class ChainsNotAskedError extends Error {
  constructor(reasons: readonly string[]) {
    super(
      'this database has given no address out yet, and whether the wallet was used before could not be asked: ' +
        `${reasons.join('; ')}. Start again when the chains answer`,
    );
  }
}

/**
 * Asks the chains whether the addresses that the next payments get were ever used: they were, when this is not the
 * database that it is taken for, when it was restored from a backup, or when two installations share a wallet. An old
 * customer's address must not go to a new one.
 * @param say one line for the operator
 * @throws AddressesUsedError; ChainsNotAskedError on a database that has given none out
 */
export async function requireUnusedAddresses(
  { settings, chains }: Configuration,
  url: string,
  say: (line: string) => void,
): Promise<void> {
  const hasWallet = settings.mnemonic !== null || settings.xpub !== null;
  if (!hasWallet || !settings.roles.includes('api')) return;
  const scheme = depositScheme(settings);
  const from = await nextIndex(url);
  const asked = await Promise.allSettled(chains.map((chain) => usedOn(chain, scheme, from)));
  // Other processes may have given some of them out meanwhile.
  const next = await nextIndex(url);
  const used = asked
    .flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
    .filter(({ index }) => index >= next)
    .sort((a, b) => a.index - b.index);
  if (used[0]) throw new AddressesUsedError(used[0], next);
  const reasons = asked.flatMap((one) => (one.status === 'rejected' ? [(one.reason as Error).message] : []));
  if (reasons.length === 0) return;
  if (next === 0 && settings.nodeEnv === 'production') throw new ChainsNotAskedError(reasons);
  for (const reason of reasons)
    say(`whether the next addresses were ever used could not be asked: ${reason}`);
}

async function usedOn(chain: ChainConfig, scheme: DepositScheme, from: number): Promise<UsedAddress[]> {
  const reader = await FundsReader.open(chain);
  try {
    return await usedAddresses(scheme, reader, from, LOOK_AHEAD);
  } finally {
    reader.close();
  }
}

/** The first address of the wallet given, by which an operator knows it; null: there is none in this process. */
export function walletFingerprint(settings: Pick<Settings, 'mnemonic' | 'xpub'>): string | null {
  if (settings.mnemonic === null && settings.xpub === null) return null;
  return firstAddress(depositScheme(settings));
}

function nextIndex(url: string): Promise<number> {
  return withConnection(url, 'quittance address check', async (client) => {
    const { rows } = await client.query<{ next: string }>(NEXT_INDEX);
    return Number(rows[0]?.next);
  });
}
