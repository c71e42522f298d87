import { type ChainConfig } from '../../config/chains.js';
import { type AddableChain } from './page-view.js';

/** What pages show of a chain. */
export interface PageChain {
  /** Null: the operator named none. */
  explorerUrl: string | null;
  /** Null: the operator named no node that is for everybody. Their own are not: the URLs may hold keys. */
  addable: AddableChain | null;
}

export function pageChain(chain: ChainConfig): PageChain {
  const { name, native, explorerUrl, publicRpcUrls = [] } = chain;
  const nativeCurrency = { name: native.symbol, symbol: native.symbol, decimals: native.decimals };
  const addable = { chainName: name, nativeCurrency, rpcUrls: publicRpcUrls };
  // MetaMask refuses the whole request for an explorer that is not on https.
  const explorers = explorerUrl?.startsWith('https://') ? { blockExplorerUrls: [explorerUrl] } : {};
  return { explorerUrl, addable: publicRpcUrls.length === 0 ? null : { ...addable, ...explorers } };
}
