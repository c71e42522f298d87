import { type AddableChain } from '../../../src/checkout/page/page-view.js';
import { type Provider } from './provider.js';
import { hex, transactionOf, type Transfer } from './transfer.js';
import { WalletError, walletError } from './wallet-error.js';

export type PayStep = 'connect' | 'switch' | 'confirm';

export interface PayRequest {
  provider: Provider;
  /** Asked for at the last moment: what is due may have changed since the button was pressed. Null: nothing is due. */
  transfer: () => Promise<Transfer | null>;
  chainId: number;
  /** Null where the operator names no public node. */
  addable: AddableChain | null;
  /** Tells which request waits in the wallet now. */
  tell: (step: PayStep) => void;
  /** Ends the waiting for a wallet that does not answer. */
  signal: AbortSignal;
  /** Nobody waited any more, and the customer confirmed in the wallet after all: the money is on its way. */
  sentLate: (hash: string) => void;
}

/**
 * Connects, brings the wallet to the chain and has it send exactly what is due.
 * @returns the transaction's hash
 * @throws WalletError
 */
export async function payBy({
  provider,
  transfer,
  chainId,
  addable,
  tell,
  signal,
  sentLate,
}: PayRequest): Promise<string> {
  const ask = (method: string, params: readonly unknown[] = []) => answer(provider, method, params, signal);
  tell('connect');
  if (firstAccount(await ask('eth_requestAccounts')) === null) throw new WalletError('no_account');
  if ((await currentChain(ask)) !== chainId) {
    tell('switch');
    await bringToChain(ask, chainId, addable);
  }
  const due = await transfer();
  if (due === null || due.chainId !== chainId) throw new WalletError('changed');
  // The account may have been changed in the wallet since: it pays from the one that is chosen there now.
  const account = firstAccount(await ask('eth_accounts'));
  if (account === null) throw new WalletError('no_account');
  tell('confirm');
  const late = (answered: unknown) => {
    if (isHash(answered)) sentLate(answered);
  };
  const hash = await answer(provider, 'eth_sendTransaction', [transactionOf(due, account)], signal, late);
  if (!isHash(hash)) throw new WalletError('wallet_failed');
  return hash;
}

function isHash(answered: unknown): answered is string {
  return typeof answered === 'string' && /^0x[0-9a-f]{64}$/i.test(answered);
}

type Ask = (method: string, params?: readonly unknown[]) => Promise<unknown>;

async function bringToChain(ask: Ask, chainId: number, addable: AddableChain | null): Promise<void> {
  const target = { chainId: hex(BigInt(chainId)) };
  try {
    await ask('wallet_switchEthereumChain', [target]);
  } catch (error) {
    const failed = walletError(error);
    if (failed.failure !== 'unknown_chain' || addable === null) throw failed;
    await ask('wallet_addEthereumChain', [{ ...target, ...addable }]);
    // Adding a chain need not select it.
    if ((await currentChain(ask)) !== chainId) await ask('wallet_switchEthereumChain', [target]);
  }
  // Some wallets answer null and stay where they are.
  if ((await currentChain(ask)) !== chainId) throw new WalletError('wrong_chain');
}

/** @returns null when the wallet names none */
async function currentChain(ask: Ask): Promise<number | null> {
  const chain = await ask('eth_chainId');
  if (typeof chain === 'number') return chain;
  return typeof chain === 'string' && chain !== '' ? Number(chain) : null;
}

function firstAccount(accounts: unknown): string | null {
  const [first] = Array.isArray(accounts) ? (accounts as unknown[]) : [];
  return typeof first === 'string' && /^0x[0-9a-f]{40}$/i.test(first) ? first : null;
}

function answer(
  provider: Provider,
  method: string,
  params: readonly unknown[],
  signal: AbortSignal,
  late: (answered: unknown) => void = () => undefined,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new WalletError('no_answer'));
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    // A wallet that throws instead of rejecting is a wallet all the same.
    Promise.resolve()
      .then(() => provider.request({ method, params }))
      .then(
        (answered) => {
          if (signal.aborted) late(answered);
          resolve(answered);
        },
        (error: unknown) => reject(walletError(error)),
      )
      .finally(() => signal.removeEventListener('abort', stop));
  });
}
