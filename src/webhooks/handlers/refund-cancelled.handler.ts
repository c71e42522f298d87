import { type PaymentView } from '../../payments/payment.view.js';
import { EventHandler } from '../../events/event-handler.js';
import { RefundEventHandler } from './described-events.js';
import { EXAMPLE_WITH_REFUND } from './example-payment.js';
import { EXAMPLE_REFUND } from './refund.schema.js';

@EventHandler('refund.cancelled')
export class RefundCancelledHandler extends RefundEventHandler {
  readonly description =
    'A refund was cancelled before it was signed, and nothing was moved. Its amount counts towards the payment again.';
  readonly example: PaymentView = EXAMPLE_WITH_REFUND.kept;
  readonly exampleExtra = { refund: EXAMPLE_REFUND.cancelled };
}
