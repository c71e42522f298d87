import { EventHandler, PaymentEventHandler } from '../catalogue/event-handler.js';

@EventHandler('payment.partially_paid')
export class PaymentPartiallyPaidHandler extends PaymentEventHandler {
  readonly description =
    'Money arrived, less than is due. Sent again whenever more arrives; the payment still waits for the rest.';
}
