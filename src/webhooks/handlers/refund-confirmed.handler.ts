import { type PaymentView } from '../../payments/payment.view.js';
import { EventHandler } from '../../events/event-handler.js';
import { RefundEventHandler } from './described-events.js';
import { EXAMPLE } from './example-payment.js';
import { EXAMPLE_REFUND } from './refund.schema.js';

@EventHandler('refund.confirmed')
export class RefundConfirmedHandler extends RefundEventHandler {
  readonly description = 'A refund has reached its recipient and is final.';
  readonly example: PaymentView = EXAMPLE.confirmed;
  readonly exampleExtra = { refund: EXAMPLE_REFUND.confirmed };
}
