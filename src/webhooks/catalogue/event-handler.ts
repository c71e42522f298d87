import { SetMetadata } from '@nestjs/common';
import { type DepositView } from '../../payments/deposit.view.js';
import { type PaymentView } from '../../payments/payment.view.js';
import { DEPOSIT_SCHEMA } from './deposit.schema.js';
import { type RefundView } from '../../refunds/refund.view.js';
import { type JsonSchema, PAYMENT_SCHEMA } from './payment.schema.js';
import { REFUND_SCHEMA } from './refund.schema.js';

export const EVENT_TYPE = 'quittance:event-type';

/** Marks the class that describes one event type and builds its `data`. */
export const EventHandler = (type: string) => SetMetadata(EVENT_TYPE, type);

/** What an event is about. */
export interface EventSubject {
  payment: PaymentView;
  /** The deposit, for events about one. */
  deposit?: DepositView;
  /** What the type adds to the payment, as `refund` for events about one. */
  extra?: Record<string, unknown>;
}

export interface EventDescriber {
  /** One sentence for the catalogue: when it is sent, and what to do about it. */
  readonly description: string;
  /** JSON Schema of `data`: an event that does not match it cannot be written. */
  readonly dataSchema: JsonSchema;
  /** What an example of the event is about. */
  readonly example: PaymentView;
  /** The deposit of the example, where the event is about one. */
  readonly exampleDeposit?: DepositView;
  /** What the example adds to the payment. */
  readonly exampleExtra?: Record<string, unknown>;
  /** `data` of the webhook. */
  data(subject: EventSubject): Record<string, unknown>;
}

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
