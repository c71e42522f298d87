import { type PaymentView } from '../../payments/payment.view.js';
import { EventHandler } from '../../events/event-handler.js';
import { PaymentEventHandler } from './described-events.js';
import { EXAMPLE } from './example-payment.js';

@EventHandler('payment.settled')
export class PaymentSettledHandler extends PaymentEventHandler {
  readonly description = 'The money was swept to the treasury and the sweep is final.';
  readonly example: PaymentView = {
    ...EXAMPLE.confirmed,
    status: 'settled',
    version: 4,
    settled_at: '2026-11-23T10:02:59.000Z',
    sweep: { tx_hash: `0xd4${'0'.repeat(62)}`, amount: '999958000000000000', fee: '42000000000000' },
  };
}
