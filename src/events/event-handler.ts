import { SetMetadata } from '@nestjs/common';
import { type JsonSchema } from './event.schema.js';

export const EVENT_TYPE = 'quittance:event-type';

/** Marks the class that describes one event type and builds its `data`. */
export const EventHandler = (type: string) => SetMetadata(EVENT_TYPE, type);

/** What of a payment stands beside `data` in every webhook. */
export interface EventPayment {
  id: string;
  status: string;
  /** EIP-55. */
  address: string;
  /** In base units. */
  amount: string;
  chain: string;
  token_id: string | null;
}

/** What an event is about, as its merchant sees it. */
export interface EventSubject {
  payment: EventPayment;
  /** The deposit, for events about one. */
  deposit?: object;
  /** What the type adds to the payment, as `refund` for events about one. */
  extra?: Record<string, unknown>;
}

export interface EventDescriber {
  /** One sentence for the catalogue: when it is sent, and what to do about it. */
  readonly description: string;
  /** JSON Schema of `data`: an event that does not match it cannot be written. */
  readonly dataSchema: JsonSchema;
  /** What an example of the event is about. */
  readonly example: EventPayment;
  /** The deposit of the example, where the event is about one. */
  readonly exampleDeposit?: object;
  /** What the example adds to the payment. */
  readonly exampleExtra?: Record<string, unknown>;
  /** `data` of the webhook. */
  data(subject: EventSubject): Record<string, unknown>;
}
