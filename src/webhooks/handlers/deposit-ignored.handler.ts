import { type DepositView } from '../../payments/deposit.view.js';
import { type PaymentView } from '../../payments/payment.view.js';
import { EventHandler } from '../../events/event-handler.js';
import { DepositEventHandler } from './described-events.js';
import { EXAMPLE_DEPOSIT } from './example-deposit.js';
import { EXAMPLE } from './example-payment.js';

@EventHandler('deposit.ignored')
export class DepositIgnoredHandler extends DepositEventHandler {
  readonly description =
    'You chose to leave a deposit that does not count. It is no longer listed as unassigned.';
  readonly example: PaymentView = EXAMPLE.created;
  readonly exampleDeposit: DepositView = EXAMPLE_DEPOSIT.ignored;
}
