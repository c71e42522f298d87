import { type PaymentView } from '../../payments/payment.view.js';
import { EventHandler } from '../../events/event-handler.js';
import { RefundEventHandler } from './described-events.js';
import { EXAMPLE_WITH_REFUND } from './example-payment.js';
import { EXAMPLE_REFUND } from './refund.schema.js';

@EventHandler('refund.failed')
export class RefundFailedHandler extends RefundEventHandler {
  readonly description =
    'A refund failed, and nothing was moved. Its amount may be refunded again, once the reason is fixed.';
  readonly example: PaymentView = EXAMPLE_WITH_REFUND.kept;
  readonly exampleExtra = { refund: EXAMPLE_REFUND.failed };
}
