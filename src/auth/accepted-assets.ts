import { type ChainConfig, type TokenConfig } from '../config/chains.js';
import { noChainNamed } from '../config/no-such-chain.error.js';
import { type FieldError, ValidationFailedError } from '../http/problem.js';
import { tokenId } from '../ids/token-id.js';

/** An asset that a merchant, or a request, names. */
export interface NamedAsset {
  /** As chains.yaml calls it. */
  chain: string;
  /** Null, or left out: the chain's native asset. */
  token_id?: string | null;
}

/** As it is kept with a merchant: by the chain's id, since names are the operator's to change. */
export interface StoredAsset {
  chain_id: number;
  /** As the chain was called when it was stored. */
  chain: string;
  token_id: string | null;
}

/** One that chains.yaml knows, whether or not it is in service now. */
export interface ConfiguredAsset {
  chain: ChainConfig;
  /** Null: the chain's native asset. */
  token: TokenConfig | null;
  tokenId: string | null;
}

/** Every asset of every chain, in the order of chains.yaml: the native one first. */
export function allAssets(chains: readonly ChainConfig[]): ConfiguredAsset[] {
  return chains.flatMap((chain) => [
    { chain, token: null, tokenId: null },
    ...chain.tokens.map((token) => ({ chain, token, tokenId: tokenId(chain.chainId, token.address) })),
  ]);
}

/**
 * The assets that a list names; one that is named twice is there once.
 * @param field of the list, for messages
 * @throws ValidationFailedError with every entry that names none
 */
export function assetsNamed(
  given: readonly NamedAsset[],
  chains: readonly ChainConfig[],
  field = 'accept',
): ConfiguredAsset[] {
  const known = allAssets(chains);
  const problems: FieldError[] = [];
  const found = new Set<ConfiguredAsset>();
  given.forEach(({ chain, token_id: id = null }, index) => {
    const ofChain = known.filter((asset) => asset.chain.name === chain);
    const asset = ofChain.find((one) => one.tokenId === (id?.toLowerCase() ?? null));
    if (asset) found.add(asset);
    else problems.push(problemOf(`${field}.${index}`, chain, id, known, ofChain.length > 0));
  });
  if (problems.length > 0) throw new ValidationFailedError(problems);
  return [...found];
}

function problemOf(
  field: string,
  chain: string,
  id: string | null,
  known: readonly ConfiguredAsset[],
  isChainKnown: boolean,
): FieldError {
  if (!isChainKnown) {
    const chains = known.map((asset) => asset.chain);
    return { field: `${field}.chain`, message: noChainNamed(chain, chains) };
  }
  const elsewhere = known.find((asset) => id !== null && asset.tokenId === id.toLowerCase());
  const why = elsewhere ? `is on chain "${elsewhere.chain.name}"` : 'is not known here';
  return {
    field: `${field}.token_id`,
    message: `token ${id} ${why}; GET /chains lists the tokens of each chain`,
  };
}

export function storedAssets(assets: readonly ConfiguredAsset[]): StoredAsset[] {
  return assets.map(({ chain, tokenId: id }) => ({
    chain_id: chain.chainId,
    chain: chain.name,
    token_id: id,
  }));
}

/** As it was given, so that it can be sent again; a chain by its name of today. */
export function shownAssets(
  stored: readonly StoredAsset[] | null,
  chains: readonly ChainConfig[],
): { chain: string; token_id: string | null }[] | null {
  if (stored === null) return null;
  return stored.map(({ chain_id: id, chain, token_id }) => ({
    chain: chains.find(({ chainId }) => chainId === id)?.name ?? chain,
    token_id,
  }));
}
