import { describe, expect, it } from '@jest/globals';
import { Interface } from 'ethers';
import { payBy, type PayRequest } from './pay.js';
import { transactionOf } from './transfer.js';
import { walletError } from './wallet-error.js';

const ACCOUNT = '0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';
const OTHER = '0xbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb';
const DEPOSIT = '0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed';
const TOKEN = '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359';
const HASH = `0x${'ab'.repeat(32)}`;
const ADDABLE = {
  chainName: 'Base',
  nativeCurrency: { name: 'ETH', symbol: 'ETH', decimals: 18 },
  rpcUrls: ['https://node.example'],
};

type Answers = Record<string, (params: readonly unknown[]) => unknown>;

/** A wallet on Base, with whatever a test changes about it. */
function aWallet(answers: Answers = {}, account = ACCOUNT) {
  const calls: { method: string; params: readonly unknown[] }[] = [];
  const all: Answers = {
    eth_requestAccounts: () => [account],
    eth_accounts: () => [account],
    eth_chainId: () => '0x2105',
    eth_sendTransaction: () => HASH,
    ...answers,
  };
  const request = async ({ method, params = [] }: { method: string; params?: readonly unknown[] }) => {
    calls.push({ method, params });
    return Promise.resolve(all[method]?.(params) ?? null);
  };
  return {
    provider: { request },
    calls,
    sent: () => calls.filter(({ method }) => method === 'eth_sendTransaction'),
  };
}

function paying(provider: PayRequest['provider'], changes: Partial<PayRequest> = {}): Promise<string> {
  return payBy({
    provider,
    chainId: 8453,
    addable: ADDABLE,
    transfer: () => Promise.resolve({ chainId: 8453, to: DEPOSIT, token: null, amount: 5n }),
    tell: () => undefined,
    signal: new AbortController().signal,
    sentLate: () => undefined,
    ...changes,
  });
}

const throwing = (error: unknown) => () => {
  throw error;
};

describe('paying by a wallet', () => {
  it('sends exactly what is due, and names the chain, so that a wallet that has moved on refuses', async () => {
    const wallet = aWallet();
    expect(await paying(wallet.provider)).toBe(HASH);
    expect(wallet.sent()[0]?.params).toEqual([
      { from: ACCOUNT, chainId: '0x2105', to: DEPOSIT, value: '0x5' },
    ]);
  });

  it('adds a chain that the wallet does not know, also where a phone wraps the code, and then switches to it', async () => {
    let chain = '0x1';
    const known = new Set(['0x1']);
    const wallet = aWallet({
      eth_chainId: () => chain,
      wallet_addEthereumChain: ([{ chainId }]: [{ chainId: string }]) => known.add(chainId) && null,
      wallet_switchEthereumChain: ([{ chainId }]: [{ chainId: string }]) => {
        const wrapped = { code: -32603, message: 'Unrecognized', data: { originalError: { code: 4902 } } };
        if (!known.has(chainId)) throw Object.assign(new Error('x'), wrapped);
        chain = chainId;
        return null;
      },
    } as unknown as Answers);
    expect(await paying(wallet.provider)).toBe(HASH);
    expect(wallet.calls.find(({ method }) => method === 'wallet_addEthereumChain')?.params).toEqual([
      { chainId: '0x2105', ...ADDABLE },
    ]);
  });

  it.each([
    ['declined', throwing({ code: 4001, message: 'no' }), 'refused'],
    ['has a request open', throwing({ code: -32002, message: 'pending' }), 'request_open'],
    ['gives no account', () => [], 'no_account'],
    ['gives nonsense for an account', () => ['0x12', 7], 'no_account'],
    ['throws a bare string', throwing('broken'), 'wallet_failed'],
  ])('says why when the wallet %s', async (_, eth_requestAccounts, failure) => {
    const wallet = aWallet({ eth_requestAccounts });
    await expect(paying(wallet.provider)).rejects.toMatchObject({ failure });
    expect(wallet.sent()).toEqual([]);
  });

  it('sends nothing from a wallet that answers to the switch and stays where it is', async () => {
    const wallet = aWallet({ eth_chainId: () => '0x1', wallet_switchEthereumChain: () => null });
    await expect(paying(wallet.provider)).rejects.toMatchObject({ failure: 'wrong_chain' });
    expect(wallet.sent()).toEqual([]);
  });

  it('names the chain that it cannot add where the operator gives no public node', async () => {
    const wallet = aWallet({
      eth_chainId: () => '0x1',
      wallet_switchEthereumChain: throwing({ code: 4902, message: 'unknown' }),
    });
    await expect(paying(wallet.provider, { addable: null })).rejects.toMatchObject({
      failure: 'unknown_chain',
    });
  });

  it('pays from the account that is chosen when it sends, not from the one that connected', async () => {
    const wallet = aWallet({ eth_accounts: () => [OTHER] });
    await paying(wallet.provider);
    expect(wallet.sent()[0]?.params[0]).toMatchObject({ from: OTHER });
  });

  it('sends nothing when nothing is due any more, or on another chain', async () => {
    const wallet = aWallet();
    const elsewhere = { chainId: 1, to: DEPOSIT, token: null, amount: 5n };
    for (const due of [null, elsewhere]) {
      const transfer = () => Promise.resolve(due);
      await expect(paying(wallet.provider, { transfer })).rejects.toMatchObject({ failure: 'changed' });
    }
    expect(wallet.sent()).toEqual([]);
  });

  it('stops waiting for a wallet that never answers, and takes no answer for a transaction that is none', async () => {
    const waiting = new AbortController();
    const silent = aWallet({ eth_requestAccounts: () => new Promise(() => undefined) });
    const paid = paying(silent.provider, { signal: waiting.signal });
    waiting.abort();
    await expect(paid).rejects.toMatchObject({ failure: 'no_answer' });
    const odd = aWallet({ eth_sendTransaction: () => ({ hash: HASH }) });
    await expect(paying(odd.provider)).rejects.toMatchObject({ failure: 'wallet_failed' });
  });

  it('hears of a payment that is confirmed in the wallet after nobody waited any more', async () => {
    const waiting = new AbortController();
    let confirm: (hash: string) => void = () => undefined;
    const slow = aWallet({ eth_sendTransaction: () => new Promise((resolve) => (confirm = resolve)) });
    const late = new Promise<string>((sentLate) => {
      const paid = paying(slow.provider, {
        signal: waiting.signal,
        sentLate,
        tell: (step) => step === 'confirm' && setTimeout(() => waiting.abort()),
      });
      paid.catch(() => confirm(HASH));
    });
    expect(await late).toBe(HASH);
  });

  it('calls the token with the recipient and the amount, as ERC-20 wants it', () => {
    const amount = 2n ** 200n + 7n;
    const { to, data, value } = transactionOf({ chainId: 1, to: DEPOSIT, token: TOKEN, amount }, ACCOUNT);
    const erc20 = new Interface(['function transfer(address,uint256)']);
    expect({ to, data, value }).toEqual({
      to: TOKEN,
      data: erc20.encodeFunctionData('transfer', [DEPOSIT, amount]),
      value: '0x0',
    });
  });

  it('takes an error that throws where it is read for a failure like any other, and waits no longer', async () => {
    const { proxy: revoked, revoke } = Proxy.revocable({}, {});
    revoke();
    const hostile = [
      revoked,
      new Proxy({}, { get: throwing('read') }),
      Object.defineProperty(new Error('x'), 'message', { get: throwing('read') }),
      { code: 1, data: Object.defineProperty({}, 'code', { get: throwing('read') }) },
      Object.create(null),
    ];
    for (const error of hostile) {
      expect(walletError(error)).toMatchObject({ failure: 'wallet_failed', said: null });
      for (const method of ['eth_requestAccounts', 'eth_chainId', 'eth_sendTransaction']) {
        const { provider } = aWallet({ [method]: throwing(error) });
        await expect(paying(provider)).rejects.toMatchObject({ failure: 'wallet_failed' });
      }
    }
  });

  it('keeps a wallet’s own words, within reason', () => {
    const { failure, said } = walletError({
      code: -32000,
      message: ` insufficient funds ${'x'.repeat(10_000)}`,
    });
    expect({ failure, length: said?.length }).toEqual({ failure: 'wallet_failed', length: 200 });
    expect(walletError(null).said).toBeNull();
  });
});
