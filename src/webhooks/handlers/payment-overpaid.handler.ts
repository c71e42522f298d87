import { type PaymentView } from '../../payments/payment.view.js';
import { EventHandler } from '../../events/event-handler.js';
import { PaymentEventHandler } from './described-events.js';
import { EXAMPLE, transfer } from './example-payment.js';

@EventHandler('payment.overpaid')
export class PaymentOverpaidHandler extends PaymentEventHandler {
  readonly description =
    'More money arrived for a payment that was already confirmed. It may not be final yet: wait until amount_confirmed of its option is amount_received, then refund it, or credit it.';
  readonly example: PaymentView = {
    ...EXAMPLE.confirmed,
    exception: 'overpaid',
    amount_received: '1500000000000000000',
    version: 4,
    transfers: [...EXAMPLE.confirmed.transfers, transfer('0xb2', '500000000000000000', 21_250_012)],
    transfer_count: 2,
  };
}
