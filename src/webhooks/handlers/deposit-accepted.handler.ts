import { type DepositView } from '../../payments/deposit.view.js';
import { type PaymentView } from '../../payments/payment.view.js';
import { EventHandler } from '../../events/event-handler.js';
import { DepositEventHandler } from './described-events.js';
import { EXAMPLE_DEPOSIT } from './example-deposit.js';
import { EXAMPLE } from './example-payment.js';

@EventHandler('deposit.accepted')
export class DepositAcceptedHandler extends DepositEventHandler {
  readonly description =
    'You accepted a deposit that did not count by itself. Late money counts towards its payment from now on.';
  readonly example: PaymentView = EXAMPLE.created;
  readonly exampleDeposit: DepositView = EXAMPLE_DEPOSIT.accepted;
}
