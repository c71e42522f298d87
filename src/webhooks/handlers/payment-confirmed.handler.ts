import { type PaymentView } from '../../payments/payment.view.js';
import { EventHandler } from '../../events/event-handler.js';
import { PaymentEventHandler } from './described-events.js';
import { EXAMPLE } from './example-payment.js';

@EventHandler('payment.confirmed')
export class PaymentConfirmedHandler extends PaymentEventHandler {
  readonly description = 'The amount due is final. This is the event to deliver goods on.';
  readonly example: PaymentView = EXAMPLE.confirmed;
}
