import { isProvider, type Provider, type Wallet } from './provider.js';

const MAX_WALLETS = 20;
const MAX_NAME_LENGTH = 40;
const MAX_ICON_LENGTH = 200_000;
const IMAGE = /^data:image\/(png|jpeg|gif|webp|avif|svg\+xml)[;,]/i;

/**
 * Finds the wallets of this browser: those that announce themselves (EIP-6963), and where none does, the one that in-app
 * browsers and old extensions put in `window.ethereum`. Tells of the list each time that it grows.
 */
export function discoverWallets(page: Window, tell: (wallets: Wallet[]) => void): void {
  const announced = new Map<string, Wallet>();
  const list = (): Wallet[] => {
    if (announced.size > 0) return [...announced.values()];
    const injected = injectedProvider(page);
    return injected ? [{ id: 'injected', name: null, icon: null, provider: injected }] : [];
  };
  page.addEventListener('eip6963:announceProvider', (event) => {
    const wallet = walletOf(event);
    if (!wallet || announced.has(wallet.id) || announced.size >= MAX_WALLETS) return;
    announced.set(wallet.id, wallet);
    tell(list());
  });
  // MetaMask's in-app browser may inject after the page has run.
  page.addEventListener('ethereum#initialized', () => tell(list()), { once: true });
  page.dispatchEvent(new Event('eip6963:requestProvider'));
  tell(list());
}

/** An announcement is made by whatever runs in the page: a field that is missing, huge or throws takes no other wallet along. */
function walletOf(event: Event): Wallet | null {
  try {
    const { info, provider } = (event as CustomEvent<{ info: Record<string, unknown>; provider: unknown }>)
      .detail;
    const { uuid, name, icon } = info;
    if (typeof uuid !== 'string' || uuid === '' || !isProvider(provider)) return null;
    return { id: uuid, name: shortName(name), icon: imageOf(icon), provider };
  } catch {
    return null;
  }
}

function shortName(name: unknown): string | null {
  const text = typeof name === 'string' ? name.trim() : '';
  return text === '' ? null : [...text].slice(0, MAX_NAME_LENGTH).join('');
}

function imageOf(icon: unknown): string | null {
  return typeof icon === 'string' && icon.length <= MAX_ICON_LENGTH && IMAGE.test(icon.trim())
    ? icon.trim()
    : null;
}

function injectedProvider(page: Window): Provider | null {
  try {
    const { ethereum } = page as { ethereum?: unknown };
    return isProvider(ethereum) ? ethereum : null;
  } catch {
    return null;
  }
}
