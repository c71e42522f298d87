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
