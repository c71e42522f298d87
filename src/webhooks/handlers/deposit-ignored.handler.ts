import { type DepositView } from '../../payments/deposit.view.js';
import { type PaymentView } from '../../payments/payment.view.js';
import { DepositEventHandler, EventHandler } from '../catalogue/event-handler.js';
import { EXAMPLE_DEPOSIT } from '../catalogue/example-deposit.js';
import { EXAMPLE } from '../catalogue/example-payment.js';

@EventHandler('deposit.ignored')
export class DepositIgnoredHandler extends DepositEventHandler {
  readonly description =
    'You chose to leave a deposit that does not count. It is no longer listed as unassigned.';
  readonly example: PaymentView = EXAMPLE.created;
  readonly exampleDeposit: DepositView = EXAMPLE_DEPOSIT.ignored;
}
