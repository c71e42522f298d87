import { EXAMPLE } from '../../src/webhooks/handlers/example-payment.js';

const { confirmed } = EXAMPLE;

/** A payment.confirmed as it is sent, of that moment. */
export function webhookBody(at: Date): string {
  return JSON.stringify({
    type: 'payment.confirmed',
    timestamp: at.toISOString(),
    payment_id: confirmed.id,
    status: confirmed.status,
    address: confirmed.address,
    amount: confirmed.amount,
    chain: confirmed.chain,
    token_id: null,
    data: confirmed,
  });
}
