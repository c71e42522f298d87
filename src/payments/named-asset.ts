import { type Asset } from '../ids/ids.js';

/** An asset as it is called; null id and address: the chain's native one. */
export interface NamedAsset {
  id: string | null;
  /** The token's contract, lower-case. */
  address: Asset;
  symbol: string;
  decimals: number;
}
