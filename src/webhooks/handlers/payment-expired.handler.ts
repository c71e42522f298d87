import { EventHandler, PaymentEventHandler } from '../catalogue/event-handler.js';

@EventHandler('payment.expired')
export class PaymentExpiredHandler extends PaymentEventHandler {
  readonly description =
    'The chain’s time went past expires_at before the amount due was there. Late money still counts during the watch window.';
}
