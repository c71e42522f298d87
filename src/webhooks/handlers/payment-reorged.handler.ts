import { type PaymentView } from '../../payments/payment.view.js';
import { EventHandler, PaymentEventHandler } from '../catalogue/event-handler.js';
import { EXAMPLE } from '../catalogue/example-payment.js';

@EventHandler('payment.reorged')
export class PaymentReorgedHandler extends PaymentEventHandler {
  readonly description =
    'A reorganisation of the chain took away money that had been seen. It is usually mined again soon.';
  readonly example: PaymentView = { ...EXAMPLE.created, version: 3 };
}
