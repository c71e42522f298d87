import { type PaymentView } from '../../payments/payment.view.js';
import { EventHandler, PaymentEventHandler } from '../catalogue/event-handler.js';
import { EXAMPLE } from '../catalogue/example-payment.js';

@EventHandler('payment.created')
export class PaymentCreatedHandler extends PaymentEventHandler {
  readonly description = 'A payment was created and waits for its money at its own deposit address.';
  readonly example: PaymentView = EXAMPLE.created;
}
