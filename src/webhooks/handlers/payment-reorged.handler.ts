import { EventHandler, PaymentEventHandler } from '../catalogue/event-handler.js';

@EventHandler('payment.reorged')
export class PaymentReorgedHandler extends PaymentEventHandler {
  readonly description =
    'A reorganisation of the chain took away money that had been seen. It is usually mined again soon.';
}
