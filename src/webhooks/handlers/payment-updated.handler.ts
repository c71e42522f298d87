import { type PaymentView } from '../../payments/payment.view.js';
import { EventHandler } from '../../events/event-handler.js';
import { PaymentEventHandler } from './described-events.js';
import { EXAMPLE } from './example-payment.js';

@EventHandler('payment.updated')
export class PaymentUpdatedHandler extends PaymentEventHandler {
  readonly description = 'You changed its reference, its metadata or its expiry; nothing else has moved.';
  readonly example: PaymentView = { ...EXAMPLE.created, reference: 'order 1042-b', version: 2 };
}
