/** A wallet whose app opens a web page in its own browser, by a link that its maker documents. */
export interface AppLink {
  name: string;
  href: (page: URL) => string;
  /** Chains that it knows; left out: any. */
  chainIds?: readonly number[];
}

const encoded = (page: URL): string => encodeURIComponent(page.href);

/** Looked up at each maker's documentation; the order is the one shown. */
export const APP_LINKS: readonly AppLink[] = [
  // docs.metamask.io/sdk/guides/use-deeplinks: the page without its scheme, and not encoded.
  {
    name: 'MetaMask',
    href: ({ host, pathname, search }) => `https://link.metamask.io/dapp/${host}${pathname}${search}`,
  },
  // developer.trustwallet.com/developer/develop-for-trust/deeplinking: 60 is Ethereum in SLIP-44.
  {
    name: 'Trust Wallet',
    href: (page) => `https://link.trustwallet.com/open_url?coin_id=60&url=${encoded(page)}`,
  },
  // docs.cdp.coinbase.com/coinbase-wallet/developer-guidance/mobile-dapp-integration
  { name: 'Coinbase Wallet', href: (page) => `https://go.cb-w.com/dapp?cb_url=${encoded(page)}` },
  // web3.okx.com/build/docs/waas/app-universal-link: a link in a link, encoded twice.
  {
    name: 'OKX Wallet',
    href: (page) =>
      `https://web3.okx.com/download?deeplink=${encodeURIComponent(`okx://wallet/dapp/url?dappUrl=${encoded(page)}`)}`,
  },
  // docs.phantom.com/phantom-deeplinks/other-methods/browse; its EVM chains: Ethereum, Base, Polygon, Monad.
  {
    name: 'Phantom',
    href: (page) => `https://phantom.app/ul/browse/${encoded(page)}?ref=${encodeURIComponent(page.origin)}`,
    chainIds: [1, 137, 143, 8453],
  },
];

export function appLinksFor(chainIds: readonly number[]): readonly AppLink[] {
  return APP_LINKS.filter((link) => !link.chainIds || link.chainIds.some((id) => chainIds.includes(id)));
}
