import { type PaymentView } from '../../payments/payment.view.js';
import { EventHandler, RefundEventHandler } from '../catalogue/event-handler.js';
import { EXAMPLE } from '../catalogue/example-payment.js';
import { EXAMPLE_REFUND } from '../catalogue/refund.schema.js';

@EventHandler('refund.confirmed')
export class RefundConfirmedHandler extends RefundEventHandler {
  readonly description = 'A refund has reached its recipient and is final.';
  readonly example: PaymentView = EXAMPLE.confirmed;
  readonly exampleExtra = { refund: EXAMPLE_REFUND.confirmed };
}
