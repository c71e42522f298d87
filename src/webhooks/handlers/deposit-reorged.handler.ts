import { type DepositView } from '../../payments/deposit.view.js';
import { type PaymentView } from '../../payments/payment.view.js';
import { EventHandler } from '../../events/event-handler.js';
import { DepositEventHandler } from './described-events.js';
import { EXAMPLE_DEPOSIT } from './example-deposit.js';
import { EXAMPLE } from './example-payment.js';

@EventHandler('deposit.reorged')
export class DepositReorgedHandler extends DepositEventHandler {
  readonly description =
    'A reorganisation took away a deposit that was announced to you. It may be mined again; until then it is not there.';
  readonly example: PaymentView = EXAMPLE.created;
  readonly exampleDeposit: DepositView = EXAMPLE_DEPOSIT.orphaned;
}
