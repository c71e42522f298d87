import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { register } from 'prom-client';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { quittance as command, quittanceProcess } from '../harness/command-line.js';
import { create, statusOf } from '../harness/dev-payments.js';
import { QuittanceProcess } from '../harness/quittance-process.js';
import { tempFolder } from '../harness/temp-folder.js';
import { waitFor } from '../harness/wait-for.js';

const folder = tempFolder();
let quittance: QuittanceProcess;

beforeAll(async () => {
  quittance = await QuittanceProcess.start(folder.path);
});
afterAll(async () => {
  await quittance.end();
  folder.remove();
});

const post = <T>(path: string, body?: object) => quittance.request<T>('POST', path, body);
const run = async <T>(...args: string[]) => {
  // A process of its own would have metrics of its own.
  register.clear();
  const { code, out, err } = await command([...args, '--json'], { DATA_DIR: folder.path });
  if (code !== 0) throw new Error(`quittance ${args.join(' ')} ended with ${code}: ${err}`);
  return JSON.parse(out) as T;
};

/** The same by both ways, which are one beneath. */
const ways = {
  API: {
    pay: (id: string, amount?: string) => post(`/dev/payments/${id}/pay`, amount ? { amount } : undefined),
    expire: (id: string) => post(`/dev/payments/${id}/expire`),
    reorg: (id: string) => post(`/dev/payments/${id}/reorg`),
    forward: (seconds: number) => post<{ time: string }>('/dev/chain/forward', { seconds }),
    mine: (blocks: number) => post<{ number: number }>('/dev/chain/mine', { blocks }),
  },
  'command line': {
    pay: (id: string, amount?: string) => run('dev', 'pay', id, ...(amount ? ['--amount', amount] : [])),
    expire: (id: string) => run('dev', 'expire', id),
    reorg: (id: string) => run('dev', 'reorg', id),
    forward: (seconds: number) => run<{ time: string }>('dev', 'forward', `${seconds}s`),
    mine: (blocks: number) => run<{ number: number }>('dev', 'mine', String(blocks)),
  },
};

describe.each(Object.entries(ways))('on the dev chain, by %s', (_name, way) => {
  it('a payment is paid in parts, in ether and in a token', async () => {
    const { id } = await create(quittance);
    await way.pay(id, '400');
    await statusOf(quittance, id, 'partially_paid');
    await way.pay(id);
    await statusOf(quittance, id, 'confirmed');

    const { data } = await quittance.request<{ data: { tokens: { id: string }[] }[] }>('GET', '/chains');
    const inToken = { chain: 'devchain', amount: '2500000', token_id: data[0]?.tokens[0]?.id };
    const token = await post<PaymentView>('/payments', inToken);
    await way.pay(token.id);
    expect(await statusOf(quittance, token.id, 'confirmed')).toMatchObject({ amount_received: '2500000' });
  });

  it('a payment expires', async () => {
    const { id } = await create(quittance);
    await way.expire(id);
    await statusOf(quittance, id, 'expired');
  });

  it('a reorg takes a payment’s money away', async () => {
    const { id } = await create(quittance);
    await way.pay(id);
    const received = async (amount: string) =>
      waitFor(`${amount} to be received`, async () => {
        const payment = await quittance.request<PaymentView>('GET', `/payments/${id}`);
        return payment.amount_received === amount;
      });
    await received('1000');
    await way.reorg(id);
    await received('0');
  });

  it('blocks are mined', async () => {
    const before = await quittance.request<{ number: number }>('GET', '/dev/chain');
    expect((await way.mine(3)).number).toBeGreaterThanOrEqual(before.number + 3);
  });
});

describe('what cannot be done on the dev chain', () => {
  it('is refused in words', async () => {
    const { id } = await create(quittance);
    await expect(post(`/dev/payments/${id}/reorg`)).rejects.toThrow(/400.*has received nothing/);
    await expect(run('dev', 'pay', 'nothing')).rejects.toThrow('there is no payment nothing');
    await expect(run('dev', 'forward', '0s')).rejects.toThrow(/time 0s is not a time from 1s to 30d/);
    const production = { DATA_DIR: folder.path, NODE_ENV: 'production', DATABASE_URL: 'embedded' };
    expect(await quittanceProcess(['dev', 'mine'], production, folder.path)).toMatchObject({ code: 1 });
  });
});

describe('quittance dev faucet', () => {
  it('gives tokens and ether to any address', async () => {
    const { address } = await create(quittance);
    const faucet = ['dev', 'faucet', address, '--amount', '7', '--token', 'TUSD'];
    expect(await quittanceProcess(faucet, { DATA_DIR: folder.path }, folder.path)).toMatchObject({ code: 0 });
    await waitFor('the tokens to be an unassigned deposit', async () => {
      const { data } = await quittance.request<{ data: { amount: string }[] }>(
        'GET',
        `/deposits?address=${address}`,
      );
      return data.some(({ amount }) => amount === '7');
    });
  });
});

// Last, since the clock cannot be moved back.
describe.each(Object.entries(ways))('the dev chain’s clock, by %s', (_name, way) => {
  it('goes forward past the end of payments', async () => {
    const before = await quittance.request<{ time: string }>('GET', '/dev/chain');
    const { id } = await create(quittance);
    const { time } = await way.forward(3_600);
    expect(Date.parse(time)).toBeGreaterThanOrEqual(Date.parse(before.time) + 3_600_000);
    await statusOf(quittance, id, 'expired');

    // What is asked for afterwards has its time by the clock that was moved.
    const next = await create(quittance);
    expect(Date.parse(next.expires_at)).toBeGreaterThan(Date.parse(time) + 29 * 60_000);
    await way.pay(next.id);
    expect(await statusOf(quittance, next.id, 'confirmed')).toMatchObject({ exception: null });
  });
});
