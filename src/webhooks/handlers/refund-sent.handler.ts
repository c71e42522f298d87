import { type PaymentView } from '../../payments/payment.view.js';
import { EventHandler } from '../../events/event-handler.js';
import { RefundEventHandler } from './described-events.js';
import { EXAMPLE_WITH_REFUND } from './example-payment.js';
import { EXAMPLE_REFUND } from './refund.schema.js';

@EventHandler('refund.sent')
export class RefundSentHandler extends RefundEventHandler {
  readonly description = 'A refund was signed and is on its way. It is not final yet.';
  readonly example: PaymentView = EXAMPLE_WITH_REFUND.sent;
  readonly exampleExtra = { refund: EXAMPLE_REFUND.sent };
}
