import { type DepositView } from '../../src/payments/deposit.view.js';
import { type TestApp } from '../harness/app.js';
import { type Random } from './random.js';

/** The app that is asked, and the seed's choices. */
interface Asking {
  app: TestApp;
  random: Random;
}

/** What the merchant made of a deposit that did not count. */
export interface Decision {
  deposit: DepositView & { tx_hash: string };
  how: string;
  status: number;
}

/** The merchant makes something of a deposit that does not count. @returns why not, where there is none to decide on */
export async function decideOnADeposit({ app, random }: Asking): Promise<Decision | string> {
  const list = '/api/v1/deposits?assigned=false&limit=100';
  const { data } = (await app.request<{ data: DepositView[] }>('GET', list)).body;
  if (data.length === 0) return 'nothing';
  const deposit = random.pick(data);
  const { id, tx_hash } = deposit;
  if (tx_hash === null) return 'nothing of a transaction';
  const how = random.pick(['accept', 'accept', 'ignore']);
  const { status } = await app.request('POST', `/api/v1/deposits/${id}/${how}`);
  // A reorg may have been faster.
  if (status !== 200 && status !== 409) throw new Error(`${how} answers ${status}`);
  return { deposit: { ...deposit, tx_hash }, how, status };
}

/** The merchant asks where the money of some transaction is, which must move nothing that the scan has not moved. */
export async function checkATransaction(
  { app, random }: Asking,
  payments: readonly { id: string; address: string }[],
  arrivals: readonly { txHash: string; to: string }[],
): Promise<string> {
  if (arrivals.length === 0) return 'nothing';
  const { txHash, to } = random.pick(arrivals);
  const payment = random.chance(0.8) ? payments.find(({ address }) => address === to) : random.pick(payments);
  const path = `/api/v1/payments/${payment?.id}/check`;
  const { status, body } = await app.request('POST', path, { tx_hash: txHash });
  if (status !== 200) throw new Error(`check answers ${status}: ${JSON.stringify(body)}`);
  return `${payment?.id} ${txHash}: ${body.code as string}`;
}
