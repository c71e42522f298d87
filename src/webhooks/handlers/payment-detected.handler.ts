import { EventHandler, PaymentEventHandler } from '../catalogue/event-handler.js';

@EventHandler('payment.detected')
export class PaymentDetectedHandler extends PaymentEventHandler {
  readonly description =
    'The amount due is on the chain, and not yet deep enough to be final. Do not deliver goods on it.';
}
