import { type PaymentView } from '../../payments/payment.view.js';
import { EventHandler } from '../../events/event-handler.js';
import { RefundEventHandler } from './described-events.js';
import { EXAMPLE_WITH_REFUND } from './example-payment.js';
import { EXAMPLE_REFUND } from './refund.schema.js';

@EventHandler('refund.created')
export class RefundCreatedHandler extends RefundEventHandler {
  readonly description = 'A refund was asked for. It is sent as soon as its money can be moved.';
  readonly example: PaymentView = EXAMPLE_WITH_REFUND.promised;
  readonly exampleExtra = { refund: EXAMPLE_REFUND.created };
}
