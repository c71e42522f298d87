import { type PaymentView } from '../../payments/payment.view.js';
import { EventHandler, RefundEventHandler } from '../catalogue/event-handler.js';
import { EXAMPLE } from '../catalogue/example-payment.js';
import { EXAMPLE_REFUND } from '../catalogue/refund.schema.js';

@EventHandler('refund.failed')
export class RefundFailedHandler extends RefundEventHandler {
  readonly description =
    'A refund failed, and nothing was moved. Its amount may be refunded again, once the reason is mended.';
  readonly example: PaymentView = EXAMPLE.confirmed;
  readonly exampleExtra = { refund: EXAMPLE_REFUND.failed };
}
