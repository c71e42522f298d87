import { EventHandler, PaymentEventHandler } from '../catalogue/event-handler.js';

@EventHandler('payment.confirmed')
export class PaymentConfirmedHandler extends PaymentEventHandler {
  readonly description = 'The amount due is final. This is the event to deliver goods on.';
}
