import {
  ADDRESS,
  AMOUNT,
  COUNT,
  type JsonSchema,
  KIND,
  object,
  orNull,
  STATUS,
  TEXT,
  TIME,
  TX_HASH,
  UUID,
} from '../../events/event.schema.js';
import { type PaymentView } from '../../payments/payment.view.js';

/** Every field of the view, or it does not compile. */
export const PAYMENT_FIELDS: Record<keyof PaymentView, JsonSchema> = {
  id: UUID,
  status: STATUS,
  exception: { enum: ['underpaid', 'overpaid', 'late', null] },
  chain: TEXT,
  chain_id: COUNT,
  token_id: orNull(UUID),
  symbol: TEXT,
  decimals: COUNT,
  address: ADDRESS,
  amount: AMOUNT,
  underpayment_tolerance_bps: COUNT,
  amount_received: AMOUNT,
  amount_confirmed: AMOUNT,
  amount_refunded: AMOUNT,
  amount_refund_pending: AMOUNT,
  confirmations: COUNT,
  required_confirmations: orNull(COUNT),
  detected_in_block: orNull(COUNT),
  reference: orNull(TEXT),
  metadata: orNull({ type: 'object' }),
  version: { type: 'integer', minimum: 1, description: 'Only grows: drop what carries a smaller one' },
  payment_uri: TEXT,
  transfers: {
    type: 'array',
    items: object({
      tx_hash: orNull(TX_HASH),
      amount: AMOUNT,
      block_number: COUNT,
      kind: KIND,
    }),
  },
  expires_at: TIME,
  created_at: TIME,
  detected_at: orNull(TIME),
  confirmed_at: orNull(TIME),
  settled_at: orNull(TIME),
  cancelled_at: orNull(TIME),
  sweep: orNull(object({ tx_hash: TX_HASH, amount: AMOUNT, fee: AMOUNT })),
};

/** `data` of events about a payment: the payment as GET returns it. */
export const PAYMENT_SCHEMA = object(PAYMENT_FIELDS);
