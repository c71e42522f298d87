import { type PaymentView } from '../../payments/payment.view.js';
import { EventHandler } from '../../events/event-handler.js';
import { PaymentEventHandler } from './described-events.js';
import { EXAMPLE } from './example-payment.js';

@EventHandler('payment.failed')
export class PaymentFailedHandler extends PaymentEventHandler {
  readonly description =
    'A reorganisation deeper than the required confirmations took away money that was confirmed: look into it. On several chains, money that came before and could not be seen undoes it.';
  readonly example: PaymentView = {
    ...EXAMPLE.confirmed,
    status: 'failed',
    amount_received: '0',
    amount_confirmed: '0',
    confirmations: 0,
    detected_in_block: null,
    version: 4,
    transfers: [],
    transfer_count: 0,
  };
}
