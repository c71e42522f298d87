import { type PaymentView } from '../../payments/payment.view.js';
import { EventHandler } from '../../events/event-handler.js';
import { PaymentEventHandler } from './described-events.js';
import { EXAMPLE, transfer } from './example-payment.js';

@EventHandler('payment.partially_paid')
export class PaymentPartiallyPaidHandler extends PaymentEventHandler {
  readonly description =
    'Money arrived, less than is due, or of what was enough a part goes back. Sent again whenever more arrives.';
  readonly example: PaymentView = {
    ...EXAMPLE.created,
    status: 'partially_paid',
    amount_received: '400000000000000000',
    version: 2,
    transfers: [transfer('0xa1', '400000000000000000', 21_250_000)],
    transfer_count: 1,
  };
}
