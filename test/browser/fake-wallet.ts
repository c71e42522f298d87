import { randomUUID } from 'node:crypto';
import { HDNodeWallet, JsonRpcProvider, toQuantity } from 'ethers';
import { type BrowserContext } from 'playwright-core';

/** Anvil's own accounts: published, funded on dev chains, worthless elsewhere. */
const DEV_MNEMONIC = 'test test test test test test test test test test test junk';
const ICON = `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="4" fill="#627"/></svg>')}`;

interface RpcError {
  code: number;
  message: string;
  data?: unknown;
}

type Answer = { result: unknown } | { error: RpcError };
type Behaviour = (params: unknown[]) => Promise<Answer> | Answer;

export const refuses: Behaviour = () => ({ error: { code: 4001, message: 'User rejected the request.' } });
export const hangs: Behaviour = () => new Promise<Answer>(() => undefined);

export interface WalletOptions {
  name?: string;
  icon?: string;
  /** Where it is when the page opens. */
  chainId?: number;
  /** Chains that it can be switched to. */
  knows?: number[];
  /** In `window.ethereum` and unannounced, as in-app browsers and old extensions do it. */
  isInjected?: boolean;
  /** The index of the dev account it pays from. */
  account?: number;
}

/** A wallet that lives in the test, signs with a dev account's key and sends to a real dev chain. */
export class FakeWallet {
  readonly uuid = randomUUID();
  readonly name: string;
  readonly calls: { method: string; params: unknown[] }[] = [];
  /** Methods that answer otherwise than a good wallet's. */
  readonly odd = new Map<string, Behaviour>();
  chainId: number;
  readonly known: Set<number>;
  private signer: HDNodeWallet;
  /** By chain id; chains that it was added to have nodes of their own. */
  private readonly nodes = new Map<number, JsonRpcProvider>();
  private readonly homeNode: JsonRpcProvider;
  private isConnected = false;

  constructor(
    rpcUrl: string,
    private readonly options: WalletOptions = {},
  ) {
    this.homeNode = nodeAt(rpcUrl);
    this.name = options.name ?? 'Fake Wallet';
    this.chainId = options.chainId ?? 31_337;
    this.known = new Set([this.chainId, ...(options.knows ?? [])]);
    this.signer = devAccount(options.account ?? 5);
  }

  get address(): string {
    return this.signer.address;
  }

  useAccount(index: number): void {
    this.signer = devAccount(index);
  }

  asked(method: string): unknown[][] {
    return this.calls.filter((call) => call.method === method).map(({ params }) => params);
  }

  stop(): void {
    this.homeNode.destroy();
    this.nodes.forEach((node) => node.destroy());
  }

  private async answer(method: string, params: unknown[]): Promise<Answer> {
    this.calls.push({ method, params });
    const odd = this.odd.get(method);
    if (odd) return odd(params);
    switch (method) {
      case 'eth_requestAccounts':
        this.isConnected = true;
        return { result: [this.address] };
      case 'eth_accounts':
        return { result: this.isConnected ? [this.address] : [] };
      case 'eth_chainId':
        return { result: toQuantity(this.chainId) };
      case 'wallet_switchEthereumChain':
        return this.switchTo(Number((params[0] as { chainId: string }).chainId));
      case 'wallet_addEthereumChain':
        return this.add(params[0] as AddedChain);
      case 'eth_sendTransaction':
        return this.send(params[0] as Record<string, string>);
      default:
        return { error: { code: 4200, message: `${method} is not supported` } };
    }
  }

  /** As MetaMask looks at it: https, an explorer on https, a symbol of two to six letters, and a node that is of that chain. */
  private async add({
    chainId,
    rpcUrls,
    nativeCurrency,
    blockExplorerUrls = [],
  }: AddedChain): Promise<Answer> {
    const [url = ''] = rpcUrls;
    const isLocal = url.startsWith('http://127.0.0.1:');
    const isWell =
      (isLocal || url.startsWith('https://')) &&
      blockExplorerUrls.every((explorer) => explorer.startsWith('https://')) &&
      /^.{2,6}$/.test(nativeCurrency.symbol);
    if (!isWell) return { error: { code: -32_602, message: 'invalid parameters' } };
    if (isLocal) {
      const node = nodeAt(url);
      this.nodes.set(Number(chainId), node);
      const said: unknown = await node.send('eth_chainId', []);
      if (said !== chainId) return { error: { code: -32_602, message: 'that node is of another chain' } };
    }
    this.known.add(Number(chainId));
    return { result: null };
  }

  private switchTo(chainId: number): Answer {
    if (!this.known.has(chainId)) return { error: { code: 4902, message: 'Unrecognized chain ID' } };
    this.chainId = chainId;
    return { result: null };
  }

  private async send({ from, chainId, ...transaction }: Record<string, string>): Promise<Answer> {
    if (from !== this.address) return { error: { code: 4100, message: 'the account is not authorized' } };
    if (Number(chainId) !== this.chainId) return { error: { code: -32_602, message: 'another chain' } };
    try {
      const node = this.nodes.get(this.chainId) ?? this.homeNode;
      const sent = await this.signer.connect(node).sendTransaction(transaction);
      return { result: sent.hash };
    } catch (error) {
      return { error: { code: -32_000, message: (error as Error).message } };
    }
  }

  /** Puts wallets into every page that a window opens from now on. */
  static async install(context: BrowserContext, wallets: FakeWallet[]): Promise<void> {
    const find = (uuid: string) => wallets.find((wallet) => wallet.uuid === uuid) as FakeWallet;
    await context.exposeFunction('fakeWalletCall', (uuid: string, method: string, params: unknown[]) =>
      find(uuid).answer(method, params),
    );
    const described = wallets.map(({ uuid, name, options }) => ({
      uuid,
      name,
      icon: options.icon ?? ICON,
      isInjected: options.isInjected ?? false,
    }));
    await context.addInitScript(announce, described);
  }
}

interface AddedChain {
  chainId: string;
  rpcUrls: string[];
  nativeCurrency: { symbol: string };
  blockExplorerUrls?: string[];
}

function nodeAt(url: string): JsonRpcProvider {
  return new JsonRpcProvider(url, undefined, { staticNetwork: true, pollingInterval: 50 });
}

function devAccount(index: number): HDNodeWallet {
  return HDNodeWallet.fromPhrase(DEV_MNEMONIC, undefined, `m/44'/60'/0'/0/${index}`);
}

interface Described {
  uuid: string;
  name: string;
  icon: string;
  isInjected: boolean;
}

/** Runs in the page, before any of its scripts. */
function announce(wallets: Described[]): void {
  const page = globalThis as unknown as EventTarget & {
    ethereum?: unknown;
    self: unknown;
    top: unknown;
    fakeWalletCall: (uuid: string, method: string, params: unknown[]) => Promise<Answer>;
    CustomEvent: new (type: string, init: { detail: unknown }) => Event;
  };
  // Real wallets do not inject into iframes of strangers either.
  if (page.self !== page.top) return;
  for (const { uuid, name, icon, isInjected } of wallets) {
    const provider = {
      request: async ({ method, params = [] }: { method: string; params?: unknown[] }) => {
        const answer = await page.fakeWalletCall(uuid, method, params);
        if ('error' in answer) throw Object.assign(new Error(answer.error.message), answer.error);
        return answer.result;
      },
    };
    if (isInjected) {
      page.ethereum = provider;
      continue;
    }
    const detail = Object.freeze({ info: { uuid, name, icon, rdns: 'example.wallet' }, provider });
    const tell = () => page.dispatchEvent(new page.CustomEvent('eip6963:announceProvider', { detail }));
    page.addEventListener('eip6963:requestProvider', tell);
    tell();
  }
}
