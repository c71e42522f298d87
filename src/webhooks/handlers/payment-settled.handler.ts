import { EventHandler, PaymentEventHandler } from '../catalogue/event-handler.js';

@EventHandler('payment.settled')
export class PaymentSettledHandler extends PaymentEventHandler {
  readonly description = 'The money was swept to the treasury and the sweep is final.';
}
