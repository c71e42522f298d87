import { type PaymentView } from '../../payments/payment.view.js';
import { EventHandler } from '../../events/event-handler.js';
import { PaymentEventHandler } from './described-events.js';
import { EXAMPLE } from './example-payment.js';

@EventHandler('payment.reorged')
export class PaymentReorgedHandler extends PaymentEventHandler {
  readonly description =
    'A reorganisation of the chain took away money that had been seen. It is usually mined again soon.';
  readonly example: PaymentView = { ...EXAMPLE.created, version: 3 };
}
