import { type Configuration } from '../config/read-configuration.js';
import { withConnection } from '../database/connect.js';
import { OPEN_ELSEWHERE, type OpenElsewhere } from '../payments/open-elsewhere.js';

export class ChainGoneError extends Error {
  constructor(gone: readonly string[]) {
    super(
      `payments are open on ${gone.join(', and on ')}, which CHAINS_FILE no longer lists: nobody would see them paid. ` +
        'Put the chain back; to leave it for good, keep its entry with `enabled: false`',
    );
  }
}

/**
 * Looks for payments on chains that nobody watches any more.
 * @param say one line for the operator
 * @throws ChainGoneError in production, for a chain that is not listed at all
 */
export async function requireChainsOfPayments(
  { settings, chains, left = [] }: Configuration,
  url: string,
  say: (line: string) => void,
): Promise<void> {
  const open = await openElsewhere(
    url,
    chains.map(({ chainId }) => chainId),
  );
  const named = ({ chain_id, payments }: OpenElsewhere) => {
    const known = left.find(({ chainId }) => chainId === Number(chain_id));
    return `${known?.name ?? `chain id ${chain_id}`} (${payments} ${payments === 1 ? 'payment' : 'payments'})`;
  };
  const isLeft = ({ chain_id }: OpenElsewhere) => left.some(({ chainId }) => chainId === Number(chain_id));
  const gone = open.filter((one) => !isLeft(one)).map(named);
  if (gone.length > 0 && settings.nodeEnv === 'production') throw new ChainGoneError(gone);
  for (const one of open) say(`payments are open on ${named(one)}, and nobody watches that chain`);
}

function openElsewhere(url: string, chainIds: readonly number[]): Promise<OpenElsewhere[]> {
  return withConnection(url, 'quittance chain check', async (client) => {
    const { rows } = await client.query<OpenElsewhere>(OPEN_ELSEWHERE, [chainIds]);
    return rows;
  });
}
