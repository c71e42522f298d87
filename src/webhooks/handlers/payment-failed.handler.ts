import { EventHandler, PaymentEventHandler } from '../catalogue/event-handler.js';

@EventHandler('payment.failed')
export class PaymentFailedHandler extends PaymentEventHandler {
  readonly description =
    'A reorganisation deeper than the required confirmations took away money that was confirmed. Look into it.';
}
