import { callRpc } from '../../src/chain/dev-chain/anvil.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { type QuittanceProcess } from './quittance-process.js';
import { waitFor } from './wait-for.js';

/** A payment on the dev chain of a process that runs without settings. */
export const create = (quittance: QuittanceProcess) =>
  quittance.request<PaymentView>('POST', '/payments', { chain: 'devchain', amount: '1000' });
export const read = (quittance: QuittanceProcess, id: string) =>
  quittance.request<PaymentView>('GET', `/payments/${id}`);

/** @returns the transaction's hash */
export async function pay(quittance: QuittanceProcess, payment: PaymentView): Promise<string> {
  const [from] = await callRpc<[string]>(quittance.devChainUrl, 'eth_accounts');
  return callRpc<string>(quittance.devChainUrl, 'eth_sendTransaction', [
    { from, to: payment.address, value: '0x3e8' },
  ]);
}

export async function statusOf(
  quittance: QuittanceProcess,
  id: string,
  ...statuses: string[]
): Promise<PaymentView> {
  return waitFor(`payment ${[...new Set(statuses)].join(' or ')}`, async () => {
    const payment = await read(quittance, id);
    return statuses.includes(payment.status) && payment;
  });
}
