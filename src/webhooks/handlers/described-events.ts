import { type EventDescriber, type EventSubject } from '../../events/event-handler.js';
import { type JsonSchema } from '../../events/event.schema.js';
import { type DepositView } from '../../payments/deposit.view.js';
import { type PaymentView } from '../../payments/payment.view.js';
import { type RefundView } from '../../refunds/refund.view.js';
import { DEPOSIT_SCHEMA } from './deposit.schema.js';
import { PAYMENT_SCHEMA } from './payment.schema.js';
import { REFUND_SCHEMA } from './refund.schema.js';

/** `data` is the payment as GET returns it: what every event about a payment carries. */
export abstract class PaymentEventHandler implements EventDescriber {
  abstract readonly description: string;
  abstract readonly example: PaymentView;

  readonly dataSchema: JsonSchema = PAYMENT_SCHEMA;

  data({ payment, extra }: EventSubject): Record<string, unknown> {
    return { ...payment, ...extra };
  }
}

/** `data` is the deposit as GET returns it; the flat fields are those of the payment whose address received it. */
export abstract class DepositEventHandler implements EventDescriber {
  abstract readonly description: string;
  abstract readonly example: PaymentView;
  abstract readonly exampleDeposit: DepositView;

  readonly dataSchema: JsonSchema = DEPOSIT_SCHEMA;

  data({ deposit }: EventSubject): Record<string, unknown> {
    return { ...deposit };
  }
}

/** `data` is the payment as GET returns it, with the refund as `refund`. */
export abstract class RefundEventHandler extends PaymentEventHandler {
  abstract readonly exampleExtra: { refund: RefundView };

  override readonly dataSchema: JsonSchema = REFUND_SCHEMA;
}
