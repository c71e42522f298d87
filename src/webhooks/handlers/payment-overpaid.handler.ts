import { EventHandler, PaymentEventHandler } from '../catalogue/event-handler.js';

@EventHandler('payment.overpaid')
export class PaymentOverpaidHandler extends PaymentEventHandler {
  readonly description =
    'More money arrived for a payment that was already confirmed. Refund it, or credit it to your customer.';
}
