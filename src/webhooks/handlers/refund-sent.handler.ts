import { type PaymentView } from '../../payments/payment.view.js';
import { EventHandler, RefundEventHandler } from '../catalogue/event-handler.js';
import { EXAMPLE } from '../catalogue/example-payment.js';
import { EXAMPLE_REFUND } from '../catalogue/refund.schema.js';

@EventHandler('refund.sent')
export class RefundSentHandler extends RefundEventHandler {
  readonly description = 'A refund was signed and is on its way. It is not final yet.';
  readonly example: PaymentView = EXAMPLE.confirmed;
  readonly exampleExtra = { refund: EXAMPLE_REFUND.sent };
}
