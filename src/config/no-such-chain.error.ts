/** A chain was asked for by a name that chains.yaml does not have. */
export class NoSuchChainError extends Error {
  /** @param known names of all that are configured @param wanted undefined: all of them */
  constructor(wanted: string | undefined, known: readonly string[]) {
    super(
      wanted === undefined || known.length === 0
        ? 'no chain is configured: set CHAINS_FILE to your chains.yaml (or have `npm start` run its dev chain)'
        : `no chain is named ${wanted}; there are: ${known.join(', ')}`,
    );
  }
}

/**
 * What is said to whoever asks for a chain by a name that none has, perhaps because it is a chain id.
 * @param chains all that are configured
 */
export function noChainNamed(
  name: string,
  chains: Iterable<{ readonly name: string; readonly chainId: number }>,
): string {
  const byId = new Map([...chains].map((chain) => [String(chain.chainId), chain.name]));
  const meant = byId.get(name);
  if (meant !== undefined) return `"${name}" is a chain id; the chain is named "${meant}" here`;
  return `there is no chain "${name}" here; there are: ${[...byId.values()].join(', ') || 'none'}`;
}
