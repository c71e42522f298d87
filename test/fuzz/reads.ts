import { isDeepStrictEqual } from 'node:util';
import { toQuantity, Wallet } from 'ethers';
import { ChainAccounts } from '../../src/chain/accounts/chain-accounts.js';
import { type Block } from '../../src/chain/blocks/block.js';
import { type RpcMethod } from '../../src/chain/rpc/methods.js';
import { BlockProver } from '../../src/chain/proof/block-prover.js';
import { Sources } from '../../src/chain/rpc/sources.js';
import { type RpcPool } from '../../src/chain/rpc/rpc-pool.js';
import { AgreedAnswers } from '../../src/chain/rpc/agreed-answers.js';
import { RpcChainReader, type Watch } from '../../src/chain/reading/chain-reader.js';
import { findTransaction } from '../../src/chain/reading/transaction.js';
import { checkToken } from '../../src/chain/tokens/token-check.js';
import { assetBalancesAt } from '../../src/chain/transfers/balances.js';
import { BalanceProofs } from '../../src/chain/transfers/balance-proofs.js';
import { BalanceTransfers } from '../../src/chain/transfers/balance-transfers.js';
import { type InternalFound } from '../../src/chain/transfers/internal-transfers.js';
import { TracedTransfers } from '../../src/chain/transfers/traced-transfers.js';
import { PayerContract } from '../harness/payer-contract.js';
import { type TestChain } from '../harness/test-chain.js';
import { toAddress, toTxHash } from '../../src/ids/ids.js';

/** Something that is done with the answers of a method. */
export interface Read {
  method: RpcMethod;
  /** Methods that no endpoint has meanwhile, so that this one is asked. */
  without?: RpcMethod[];
  /** Whether what comes of it has to be what is right: else a node that lies in the right form is believed. */
  isProved: boolean;
  run: (pool: RpcPool) => Promise<unknown>;
  /** Whether something else that comes of an only endpoint's changed answers is as good. */
  isAsGood?: (value: unknown, right: unknown) => boolean;
  /** Nothing is decided where two endpoints say different things: what needs it waits, as docs/chains.md has it. */
  asksAll?: true;
  /** Two endpoints have to say it, or one after the other was silent for a minute: the scan goes on meanwhile. */
  needsTwo?: true;
}

/** A chain on which something of everything has happened, and is not changed any more. */
export async function aHistory(chain: TestChain) {
  const shop = toAddress(Wallet.createRandom().address);
  const sender = Wallet.createRandom();
  await chain.pay(sender.address, 10n ** 18n);
  const contract = await PayerContract.deploy(chain);
  await chain.pay(shop, 5n);
  await chain.payToken(shop, 7n);
  await chain.payTokenBatch([shop, chain.payer, shop], [1n, 2n, 3n]);
  await chain.payAndFail(1n);
  const inner = toTxHash(await contract.call('payTwice', shop, 11n, 13n));
  await chain.mine();
  const number = await chain.height();
  await chain.pay(shop, 3n);
  await chain.payToken(shop, 2n);
  const other = await contract.call('pay', shop, 2n);
  await chain.mine();
  await chain.mine();
  const signed = await sender.signTransaction({
    chainId: chain.config.chainId,
    to: shop,
    value: 1n,
    gasLimit: 21_000n,
    maxFeePerGas: 10n ** 11n,
    maxPriorityFeePerGas: 1n,
  });
  await chain.payToken(shop, 9n);
  await chain.mine();
  const tokenNumber = await chain.height();
  await chain.mine();
  return { chain, shop, number, tokenNumber, inner, other, signed };
}

export type History = Awaited<ReturnType<typeof aHistory>>;

/** What is done with every method that is called. */
export function readsOf({ chain, shop, number, tokenNumber, inner, signed }: History, honest: Block): Read[] {
  const { token, payer } = chain;
  const watch: Watch = {
    tokens: new Set([token]),
    ownAmong: (addresses) => Promise.resolve(new Set(addresses.filter((address) => address === shop))),
  };
  const reader = (pool: RpcPool) => new RpcChainReader(pool, new BlockProver('full'), new Sources(), 1_000);
  const block = (pool: RpcPool) => reader(pool).block(number, watch);
  /** It has nothing of ours but a token, so that logs say whether more is asked for. */
  const tokenBlock = (pool: RpcPool) => reader(pool).block(tokenNumber, watch);
  const search = {
    blocks: [honest],
    head: number + 2,
    watched: () => Promise.resolve([shop]),
    ownAmong: watch.ownAmong,
  };
  const agreed = new WeakMap<RpcPool, AgreedAnswers>();
  const agreedOn = (pool: RpcPool) => {
    const known = agreed.get(pool) ?? new AgreedAnswers(pool, { blockTimeMs: 0 });
    agreed.set(pool, known);
    return known;
  };
  const traced = async (pool: RpcPool) => {
    const { movements, unsearched } = await new TracedTransfers(pool, ...proved(), agreedOn(pool)).search(
      search,
    );
    return { movements, unsearched };
  };
  const balanced = (pool: RpcPool) => new BalanceTransfers(pool, ...proved(), agreedOn(pool)).search(search);
  const accounts = (pool: RpcPool) => new ChainAccounts(pool);
  const call = { from: payer, to: shop, value: 1n };
  const noReceipts: RpcMethod[] = ['eth_getBlockReceipts'];
  const noGeth: RpcMethod[] = ['debug_traceBlockByHash', 'debug_traceTransaction'];
  const tokenConfig = { symbol: 'TUSD', address: token, decimals: 6, enabled: true };
  return [
    { method: 'eth_chainId', isProved: true, run: block },
    {
      method: 'eth_blockNumber',
      without: ['eth_simulateV1'],
      isProved: false,
      run: (pool) => checkToken(tokenConfig, pool),
    },
    { method: 'eth_getBlockByNumber', isProved: true, run: block },
    { method: 'eth_getBlockByNumber', isProved: false, run: (pool) => reader(pool).head() },
    { method: 'eth_getBlockReceipts', isProved: true, run: block },
    { method: 'eth_getLogs', without: noReceipts, isProved: true, run: tokenBlock },
    { method: 'eth_getTransactionReceipt', without: noReceipts, isProved: true, run: block },
    { method: 'eth_getTransactionReceipt', isProved: false, run: (pool) => accounts(pool).receipt(inner) },
    {
      method: 'eth_getTransactionByHash',
      isProved: false,
      run: (pool) => findTransaction(pool, inner, false),
    },
    { method: 'eth_getBlockByHash', isProved: true, run: traced, isAsGood: bringsAsMuch },
    { method: 'eth_getProof', isProved: true, run: balanced },
    {
      method: 'eth_getBalance',
      without: ['eth_getProof'],
      isProved: false,
      needsTwo: true,
      run: traced,
    },
    // Two balances that are wrong by the same amount hide what came: only one that grew is looked into, and proved.
    { method: 'eth_getBalance', isProved: false, run: balanced },
    {
      method: 'eth_getBalance',
      without: ['eth_getProof'],
      isProved: false,
      needsTwo: true,
      run: balanced,
    },
    // What a trace leaves out of a transaction leaves no trace: it is the node's word.
    { method: 'debug_traceBlockByHash', isProved: false, run: traced },
    { method: 'trace_block', without: noGeth, isProved: false, run: traced },
    { method: 'debug_traceTransaction', isProved: false, run: (pool) => findTransaction(pool, inner, true) },
    {
      method: 'trace_transaction',
      without: noGeth,
      isProved: false,
      run: (pool) => findTransaction(pool, inner, true),
    },
    {
      method: 'eth_call',
      isProved: false,
      run: (pool) =>
        pool.fromOneEndpoint((rpc) => assetBalancesAt(rpc, honest.hash, [shop, payer], [null, token])),
    },
    { method: 'eth_simulateV1', isProved: false, run: (pool) => checkToken(tokenConfig, pool) },
    {
      method: 'eth_estimateGas',
      isProved: false,
      asksAll: true,
      run: (pool) => accounts(pool).estimateGas(call),
    },
    { method: 'eth_maxPriorityFeePerGas', isProved: false, run: (pool) => accounts(pool).gasQuote() },
    { method: 'eth_gasPrice', isProved: false, run: (pool) => pool.call('eth_gasPrice', []) },
    {
      method: 'eth_feeHistory',
      isProved: false,
      run: (pool) => pool.call('eth_feeHistory', ['0x2', 'latest', [50]]),
    },
    {
      method: 'eth_getTransactionCount',
      isProved: false,
      run: (pool) => pool.call('eth_getTransactionCount', [payer, toQuantity(number)]),
    },
    {
      method: 'eth_sendRawTransaction',
      isProved: false,
      run: async (pool) => (await accounts(pool).broadcast(signed)).outcome,
    },
    {
      method: 'eth_getCode',
      isProved: false,
      asksAll: true,
      run: (pool) => accounts(pool).code(token, 'latest'),
    },
  ];
}

function proved(): [BlockProver, BalanceProofs] {
  const prover = new BlockProver('full');
  return [prover, new BalanceProofs(prover, () => undefined)];
}

/** Where traces cannot be had, balances tell the same money, and not by which transaction it came. */
function bringsAsMuch(value: unknown, right: unknown): boolean {
  const sums = (found: unknown) => {
    const all = new Map<string, bigint>();
    for (const { to, amount } of (found as InternalFound).movements)
      all.set(to, (all.get(to) ?? 0n) + amount);
    return all;
  };
  return isDeepStrictEqual(sums(value), sums(right));
}
