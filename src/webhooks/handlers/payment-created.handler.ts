import { EventHandler, PaymentEventHandler } from '../catalogue/event-handler.js';

@EventHandler('payment.created')
export class PaymentCreatedHandler extends PaymentEventHandler {
  readonly description = 'A payment was created and waits for its money at its own deposit address.';
}
