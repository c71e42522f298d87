import { type PaymentView } from '../../payments/payment.view.js';
import { EventHandler } from '../../events/event-handler.js';
import { PaymentEventHandler } from './described-events.js';
import { EXAMPLE } from './example-payment.js';

@EventHandler('payment.cancelled')
export class PaymentCancelledHandler extends PaymentEventHandler {
  readonly description =
    'You cancelled it before anything arrived. What is mined later is an unassigned deposit; what was mined before still counts.';
  readonly example: PaymentView = {
    ...EXAMPLE.created,
    status: 'cancelled',
    version: 2,
    cancelled_at: '2026-11-23T10:03:00.000Z',
  };
}
