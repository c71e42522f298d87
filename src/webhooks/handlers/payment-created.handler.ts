import { type PaymentView } from '../../payments/payment.view.js';
import { EventHandler } from '../../events/event-handler.js';
import { PaymentEventHandler } from './described-events.js';
import { EXAMPLE } from './example-payment.js';

@EventHandler('payment.created')
export class PaymentCreatedHandler extends PaymentEventHandler {
  readonly description = 'A payment was created and waits for its money at its own deposit address.';
  readonly example: PaymentView = EXAMPLE.created;
}
