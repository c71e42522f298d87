import { type PaymentView } from '../../payments/payment.view.js';
import { EventHandler } from '../../events/event-handler.js';
import { RefundEventHandler } from './described-events.js';
import { EXAMPLE_WITH_REFUND } from './example-payment.js';
import { EXAMPLE_REFUND } from './refund.schema.js';

@EventHandler('refund.confirmed')
export class RefundConfirmedHandler extends RefundEventHandler {
  readonly description = 'A refund has reached its recipient and is final.';
  readonly example: PaymentView = EXAMPLE_WITH_REFUND.refunded;
  readonly exampleExtra = { refund: EXAMPLE_REFUND.confirmed };
}
