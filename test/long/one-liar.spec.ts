import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { tokenId } from '../../src/ids/token-id.js';
import { TestApp } from '../harness/app.js';
import { type Answer, type Fault, FaultyRpc } from '../harness/faulty-rpc.js';
import { failure, type Receipt, result } from '../harness/faulty-rpc-faults.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';

const ETHER = 10n ** 18n;
let chain: TestChain;
/** It is listed first, and right about every hash. */
let liar: FaultyRpc;
let honest: FaultyRpc;
let app: TestApp | undefined;
beforeEach(async () => {
  chain = await TestChain.start();
  liar = await FaultyRpc.start(chain.url);
  honest = await FaultyRpc.start(chain.url);
});
afterEach(async () => {
  await app?.stop();
  await Promise.all([liar.die(), honest.die(), chain.stop()]);
});

async function start(config: Partial<TestChain['config']> = {}): Promise<TestApp> {
  app = await TestApp.start({ chains: [{ ...chain.config, rpcUrls: [liar.url, honest.url], ...config }] });
  return app;
}

interface Transaction {
  to?: string;
  [field: string]: unknown;
}

/** Transactions to an address, changed in each block that is asked for. */
function changeTransactions(to: string, change: object): () => void {
  return liar.inject(['eth_getBlockByNumber', 'eth_getBlockByHash'], {
    kind: 'answer',
    answer: async (call, ask) => {
      const answer = await ask(call);
      const block = (answer as { result?: { transactions?: (string | Transaction)[] } | null }).result;
      const transactions = block?.transactions?.map((one) =>
        typeof one === 'object' && one.to?.toLowerCase() === to.toLowerCase() ? { ...one, ...change } : one,
      );
      return transactions ? { result: { ...block, transactions } } : answer;
    },
  });
}

/** Busy when asked for this block whole, and for nothing else. */
function busyFor(number: number): Fault {
  return {
    kind: 'answer',
    answer: (call, ask) => {
      const [block, isWhole] = call.params as [string, boolean];
      const isIt = block === hex(BigInt(number)) && isWhole;
      return isIt ? Promise.resolve({ error: { code: 429, message: 'Too Many Requests' } }) : ask(call);
    },
  };
}

const hex = (amount: bigint) => `0x${amount.toString(16)}`;
const settled = async (mined: number) => {
  await chain.mine(mined);
  await app?.waitForBlock(await chain.height());
};
const isSaid = (words: string) => app?.log.some((line) => line.includes(words)) ?? false;

describe('one of two endpoints, right about every hash, does not make money of nothing', () => {
  it('by calling a transaction one of Arbitrum’s, which no root of this chain has', async () => {
    const { id, address } = await (await start()).createPayment({ amount: (10n * ETHER).toString() });
    changeTransactions(address, { value: hex(10n * ETHER), type: '0x6a' });
    await chain.pay(address, 1n);
    await settled(4);
    expect(await app?.payment(id)).toMatchObject({ status: 'partially_paid', amount_received: '1' });
  });

  it('by another value where nothing proves values: what they do not agree about waits, and nothing else does', async () => {
    await start({ proofs: 'receipts' });
    const [lied, plain] = await Promise.all([
      app!.createPayment({ amount: ETHER.toString() }),
      app!.createPayment({ amount: '7' }),
    ]);
    const end = changeTransactions(lied.address, { value: hex(ETHER) });
    await chain.pay(lied.address, 1n);
    await chain.pay(plain.address, 7n);
    await settled(4);
    await waitFor('it to be said', () => isSaid('what this block brings us is not sure'));
    expect(await app!.payment(lied.id)).toMatchObject({ status: 'pending', amount_received: '0' });
    expect((await app!.payment(plain.id)).amount_received).toBe('7');
    end();
    const told = await waitFor('the truth', async () => {
      await chain.mine(1);
      const payment = await app!.payment(lied.id);
      return payment.amount_received !== '0' && payment;
    });
    expect(told.amount_received).toBe('1');
  });

  it.each([
    ['every endpoint was busy for longer than an internal transfer is waited for', 'busy'],
    ['the state of its block is gone by then, which internal transfers would need', 'gone'],
  ] as const)('by the time they agree, the payment counts, although %s', async (_what, trouble) => {
    await start({ proofs: 'receipts', internalTransfers: trouble === 'gone' ? 'balance' : 'off' });
    const { id, address } = await app!.createPayment({ amount: '1' });
    await settled(1);
    const agree = changeTransactions(address, { value: hex(ETHER) });
    await chain.pay(address, 1n);
    await settled(1);
    const number = await chain.height();
    const late = async () => {
      const [row] = await app!.database.dataSource.query<{ tries: number; is_given_up: boolean }[]>(
        'SELECT tries, is_given_up FROM late_searches WHERE block_number = $1',
        [number],
      );
      return row;
    };
    await waitFor('it to be doubted', async () => (await late())?.tries);
    if (trouble === 'busy') {
      await app!.database.dataSource.query("UPDATE late_searches SET since = now() - interval '6 minutes'");
      const ends = [liar, honest].map((endpoint) => endpoint.inject('eth_getBlockByNumber', busyFor(number)));
      const { tries } = (await late())!;
      await waitFor('a try in vain', async () => (await late())!.tries > tries + 1);
      expect((await late())!.is_given_up).toBe(false);
      ends.forEach((end) => end());
    } else {
      const gone = failure(-32_000, 'missing trie node 00 (path )');
      [liar, honest].forEach((endpoint) => endpoint.inject(['eth_getBalance', 'eth_call'], gone));
      await chain.mine(70);
    }
    agree();
    await chain.mine(6);
    await app!.waitForStatus(id, 'confirmed');
    expect((await app!.payment(id)).amount_received).toBe('1');
    if (trouble === 'gone') await waitFor('the end', async () => (await late())!.is_given_up);
  });

  it('by receipts of a fork that it made up, while the other does not have them yet', async () => {
    const amount = 1_000_000_000n;
    await start();
    const token = tokenId(chain.config.chainId, chain.token);
    const [first, second] = await Promise.all(
      [1, 2].map(() => app!.createPayment({ token_id: token, amount: amount.toString() })),
    );
    liar.inject('eth_getBlockReceipts', {
      kind: 'answer',
      answer: async (call, ask): Promise<Answer> => {
        const answer = await ask(call);
        const { result: receipts } = answer as { result: Receipt[] | null };
        if (!Array.isArray(receipts)) return answer;
        const data = `0x${amount.toString(16).padStart(64, '0')}`;
        return {
          result: receipts.map(({ logs, ...receipt }) => ({
            ...receipt,
            futureField: '0x1',
            logs: logs.map((log) => ({ ...log, data })),
          })),
        };
      },
    });
    const end = honest.inject('eth_getBlockReceipts', result(null));
    await chain.payToken(first!.address, 1n);
    await settled(1);
    expect((await app!.payment(first!.id)).amount_received).toBe('0');
    end();
    const received = async (id: string) => {
      await chain.mine(1);
      const { amount_received } = await app!.payment(id);
      return amount_received !== '0' && amount_received;
    };
    expect(await waitFor('the first', () => received(first!.id))).toBe('1');
    await chain.payToken(second!.address, 1n);
    expect(await waitFor('the second', () => received(second!.id))).toBe('1');
  });

  it('by a trace and a balance that it made up, where no endpoint proves balances', async () => {
    await start({ proofs: 'receipts', internalTransfers: 'trace' });
    const { id, address } = await app!.createPayment({ amount: ETHER.toString() });
    await settled(2);
    const to = address.toLowerCase();
    const number = hex(BigInt(await chain.height()) + 1n);
    const hashOf = async () =>
      (await chain.rpc<{ hash: string } | null>('eth_getBlockByNumber', [number, false]))?.hash;
    const end = liar.inject(['debug_traceBlockByHash', 'eth_getBalance'], {
      kind: 'answer',
      answer: async (call, ask): Promise<Answer> => {
        const answer = await ask(call);
        const [first, second] = call.params as [string, { blockHash?: string } | undefined];
        if (call.method === 'eth_getBalance') {
          const isLie = first.toLowerCase() === to && second?.blockHash === (await hashOf());
          return isLie ? { result: hex(ETHER) } : answer;
        }
        if (first !== (await hashOf())) return answer;
        const { result: traces } = answer as { result: { result: { to: string; calls?: unknown[] } }[] };
        const made = { type: 'CALL', to, value: hex(ETHER), gas: '0x0', gasUsed: '0x0', input: '0x' };
        return {
          result: traces.map(({ result: top, ...trace }) => ({
            ...trace,
            result: { ...top, calls: [...(top.calls ?? []), { ...made, from: top.to }] },
          })),
        };
      },
    });
    await chain.payToken(`0x${'77'.repeat(20)}`, 1n);
    await settled(4);
    await waitFor('the late search', async () => {
      const [row] = await app!.database.dataSource.query<{ tries: number }[]>(
        'SELECT tries FROM late_searches',
      );
      return row !== undefined && row.tries > 0;
    });
    expect(await app!.payment(id)).toMatchObject({ status: 'pending', amount_received: '0' });
    end();
  });
});

describe('one of two endpoints on a branch deeper than all that is remembered', () => {
  it('halts nothing while another has what is remembered: the chain goes on', async () => {
    const twin = await chain.twin();
    await chain.pay(`0x${'78'.repeat(20)}`, 1n);
    await chain.mine(10);
    await start();
    const payment = await app!.createPayment({ amount: '7' });
    await settled(2);
    // Without it, empty blocks of the same second would be the same on both.
    await twin.pay(`0x${'77'.repeat(20)}`, 1n);
    await twin.mine(30);
    liar.target = twin.url;
    await chain.pay(payment.address, 7n);
    const paid = await waitFor('it to be paid', async () => {
      await chain.mine(1);
      const { amount_received } = await app!.payment(payment.id);
      return amount_received === '7';
    });
    // Whether it was put aside for that, or was behind already and not asked, depends on who answers sooner.
    expect(paid).toBe(true);
    expect(isSaid('Scanning is halted')).toBe(false);
    expect((await app!.request<unknown>('GET', '/health/ready')).status).toBe(200);
    await twin.stop();
  });
});
