import { type PaymentView } from '../../payments/payment.view.js';
import { EventHandler } from '../../events/event-handler.js';
import { PaymentEventHandler } from './described-events.js';
import { EXAMPLE } from './example-payment.js';

@EventHandler('payment.expired')
export class PaymentExpiredHandler extends PaymentEventHandler {
  readonly description =
    'The chain’s time went past expires_at before the amount due was there. Late money still counts during the watch window.';
  readonly example: PaymentView = { ...EXAMPLE.created, status: 'expired', version: 2 };
}
