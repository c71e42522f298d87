import { type DepositView } from '../../payments/deposit.view.js';
import { type PaymentView } from '../../payments/payment.view.js';
import { EventHandler } from '../../events/event-handler.js';
import { DepositEventHandler } from './described-events.js';
import { EXAMPLE_DEPOSIT } from './example-deposit.js';
import { EXAMPLE } from './example-payment.js';

@EventHandler('deposit.unassigned')
export class DepositUnassignedHandler extends DepositEventHandler {
  readonly description =
    'Money reached the payment’s address that cannot count: another asset, another chain, too late. Accept it, refund it or leave it.';
  readonly example: PaymentView = EXAMPLE.created;
  readonly exampleDeposit: DepositView = EXAMPLE_DEPOSIT.unassigned;
}
