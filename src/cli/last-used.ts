import { FundsReader } from '../chain/accounts/funds-reader.js';
import { type Configuration } from '../config/read-configuration.js';
import { type DepositScheme } from '../wallet/deposit-scheme.js';
import { usedAddresses } from '../wallet/used-addresses.js';

const BATCH = 500;

/**
 * The highest derivation index that was ever used on a configured chain, looking until WALLET_GAP_LIMIT unused ones
 * in a row.
 * @param given those below it were given out, used or not
 * @returns null: none was
 * @throws ChainUnreadableError; RpcError
 */
export async function lastUsedIndex(
  { chains, settings }: Configuration,
  scheme: DepositScheme,
  given: number,
): Promise<number | null> {
  const readers: FundsReader[] = [];
  try {
    for (const chain of chains) readers.push(await FundsReader.open(chain));
    let last = -1;
    for (let from = 0; from < Math.max(last + 1, given) + settings.walletGapLimit; from += BATCH) {
      const used = await Promise.all(readers.map((reader) => usedAddresses(scheme, reader, from, BATCH)));
      last = Math.max(last, ...used.flat().map(({ index }) => index));
    }
    return last < 0 ? null : last;
  } finally {
    readers.forEach((reader) => reader.close());
  }
}
