import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { computeAddress, type HDNodeWallet, Wallet } from 'ethers';
import { proveBlock, proveLogs, proveReceipts } from '../../src/chain/proof/block-proof.js';
import { BlockProver } from '../../src/chain/proof/block-prover.js';
import { KnownForms } from '../../src/chain/proof/known-forms.js';
import { bloomOf, mayContain } from '../../src/chain/proof/bloom.js';
import { block as readBlock } from '../../src/chain/rpc/answers/blocks.js';
import { receipt } from '../../src/chain/rpc/answers/receipts.js';
import { list } from '../../src/chain/rpc/answers/shape.js';
import { type RawBlock, type RawLog, type RawReceipt } from '../../src/chain/blocks/raw-block.js';
import { TestChain } from '../harness/test-chain.js';

let chain: TestChain;
/** With a transaction of each type that a node makes without blobs, one of them failed, and several logs. */
let block: RawBlock;
let receipts: RawReceipt[];

beforeAll(async () => {
  chain = await TestChain.start();
  const shop = computeAddress(`0x${'11'.repeat(32)}`);
  const send = (fields: Record<string, unknown>) =>
    chain.rpc('eth_sendTransaction', [{ from: chain.payer, to: shop, value: '0x7', ...fields }]);
  await send({ type: '0x0', gasPrice: '0x77359400' });
  await send({ type: '0x1', gasPrice: '0x77359400', accessList: [{ address: shop, storageKeys: [] }] });
  await send({ type: '0x2' });
  const authority: HDNodeWallet = Wallet.createRandom();
  const one = authority.authorizeSync({ address: chain.token, chainId: 31_337, nonce: 0 });
  const { yParity, r, s } = one.signature;
  const authorization = {
    chainId: '0x7a69',
    address: one.address,
    nonce: '0x0',
    yParity: `0x${yParity}`,
    r,
    s,
  };
  await send({ type: '0x4', authorizationList: [authorization] });
  await chain.payTokenBatch([shop, shop, chain.payer], [1n, 2n, 3n]);
  await chain.payAndFail(0n);
  await chain.payToken(shop, 5n);
  await chain.mine();
  block = readBlock(await chain.rpc('eth_getBlockByNumber', ['latest', true]));
  receipts = list(receipt)(await chain.rpc('eth_getBlockReceipts', ['latest']));
});
afterAll(() => chain.stop());

const number = () => block.number;
const withReceipt = (at: number, change: (receipt: RawReceipt) => Partial<RawReceipt>) =>
  receipts.map((receipt, index) => (index === at ? { ...receipt, ...change(receipt) } : receipt));

describe('a block of a real node', () => {
  it('has what it takes to prove this', () => {
    expect(new Set(block.transactions.map(({ type }) => type))).toEqual(new Set([0, 1, 2, 4]));
    expect(receipts.map(({ status }) => status)).toContain(0);
    expect(receipts.flatMap(({ logs }) => logs).length).toBeGreaterThan(3);
  });

  it('proves its header, transactions, receipts and logs', () => {
    proveBlock(block, number(), 'full', new KnownForms());
    proveReceipts(block, receipts);
    proveLogs(
      block,
      receipts.flatMap(({ logs }) => logs),
    );
  });

  it('is not believed with a transaction left out, altered, or out of order, nor with another header', () => {
    const { transactions } = block;
    const altered = (change: Partial<RawBlock['transactions'][number]>) =>
      transactions.map((transaction, index) => (index === 1 ? { ...transaction, ...change } : transaction));
    const lies: Partial<RawBlock>[] = [
      { transactions: transactions.slice(1) },
      { transactions: transactions.slice(0, -1) },
      { transactions: [] },
      { transactions: [...transactions].reverse() },
      { transactions: altered({ value: 8n }) },
      { transactions: altered({ to: chain.payer }) },
      { transactions: altered({ hash: transactions[0]?.hash }) },
      { logsBloom: `0x${'00'.repeat(256)}` },
      { receiptsRoot: block.transactionsRoot },
      { timestamp: 1 },
      { parentHash: block.hash },
      { hash: block.parentHash },
    ];
    for (const lie of lies) {
      expect(() => proveBlock({ ...block, ...lie }, number(), 'full', new KnownForms())).toThrow(
        /does not prove itself/,
      );
    }
    expect(() => proveBlock(block, number() - 1, 'full', new KnownForms())).toThrow(/was asked for/);
  });

  it('is not believed with a receipt left out or altered, or a log left out or altered', () => {
    const logged = receipts.findIndex(({ logs }) => logs.length > 1);
    const failed = receipts.findIndex(({ status }) => status === 0);
    const log = (change: Partial<RawLog>) =>
      withReceipt(logged, ({ logs }) => ({
        logs: logs.map((one, at) => (at === 0 ? { ...one, ...change } : one)),
      }));
    const lies = [
      receipts.slice(1),
      receipts.slice(0, -1),
      [],
      withReceipt(failed, () => ({ status: 1 })),
      withReceipt(0, () => ({ status: 0 })),
      withReceipt(0, () => ({ cumulativeGasUsed: '0x1', gasUsed: 1n })),
      withReceipt(logged, ({ logs }) => ({ logs: logs.slice(1) })),
      withReceipt(logged, ({ logs }) => ({ logs: logs.slice(0, -1) })),
      withReceipt(receipts.length - 1, () => ({ logs: [] })),
      log({ data: `0x${'ff'.repeat(32)}` }),
      log({ address: chain.payer }),
      log({ topics: [] }),
    ];
    for (const lie of lies) expect(() => proveReceipts(block, lie)).toThrow(/make the root/);
  });

  it('is not believed with receipts under the hashes of others, though the root covers no hashes', () => {
    const failed = receipts.findIndex(({ status }) => status === 0);
    const hashAt = (at: number) => receipts.at(at)?.transactionHash as RawReceipt['transactionHash'];
    const named = (names: Record<number, RawReceipt['transactionHash']>) =>
      receipts.map((receipt, at) => ({ ...receipt, transactionHash: names[at] ?? receipt.transactionHash }));
    const prover = new BlockProver('full');
    const read = (given: RawReceipt[]) => prover.receipts(block, given, () => undefined);
    const lies = [
      named({ 0: hashAt(failed), [failed]: hashAt(0) }),
      named({ 1: hashAt(0) }),
      named({ 0: hashAt(1) }),
      named({ [failed]: hashAt(0) }),
      named({ [failed]: block.hash as RawReceipt['transactionHash'] }),
    ];
    for (const lie of lies) expect(() => read(lie)).toThrow(/make the root/);
    for (const order of [receipts, [...receipts].reverse(), [...receipts, ...receipts]])
      expect(read(order)).toMatchObject({ receipts, proof: 'root' });
  });

  it('is believed whatever a node tells wrongly that is made of the rest: types, blooms, sums of gas', () => {
    const told = receipts.map((receipt) => ({
      ...receipt,
      type: 0,
      logsBloom: `0x${'00'.repeat(256)}`,
      cumulativeGasUsed: '0x1',
    }));
    expect(proveReceipts(block, told)).toBeNull();
  });

  it('shows by its bloom that a log is missing, and what it has no logs of', () => {
    const logs = receipts.flatMap(({ logs: own }) => own);
    expect(bloomOf(logs)).toBe(block.logsBloom);
    expect(() => proveLogs(block, [])).toThrow(/bloom/);
    expect(mayContain(block.logsBloom as string, chain.token)).toBe(true);
    expect(mayContain(block.logsBloom as string, `0x${'12'.repeat(20)}`)).toBe(false);
  });
});
