import { type DepositView } from '../../payments/deposit.view.js';
import { type PaymentView } from '../../payments/payment.view.js';
import { EventHandler } from '../../events/event-handler.js';
import { DepositEventHandler } from './described-events.js';
import { EXAMPLE_DEPOSIT } from './example-deposit.js';
import { EXAMPLE } from './example-payment.js';

@EventHandler('deposit.counted')
export class DepositCountedHandler extends DepositEventHandler {
  readonly description =
    'A deposit that was announced as not counting counts now, since it was mined again or the watch window was widened.';
  readonly example: PaymentView = EXAMPLE.detected;
  readonly exampleDeposit: DepositView = EXAMPLE_DEPOSIT.counted;
}
