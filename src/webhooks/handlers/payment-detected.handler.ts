import { type PaymentView } from '../../payments/payment.view.js';
import { EventHandler } from '../../events/event-handler.js';
import { PaymentEventHandler } from './described-events.js';
import { EXAMPLE } from './example-payment.js';

@EventHandler('payment.detected')
export class PaymentDetectedHandler extends PaymentEventHandler {
  readonly description =
    'The amount due is on the chain, and not yet deep enough to be final. Do not deliver goods on it.';
  readonly example: PaymentView = EXAMPLE.detected;
}
