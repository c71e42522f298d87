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

import { type OptionView, type PaymentView } from '../../payments/payment.view.js';

/** A decimal in whole units of the price's currency, as "49.90". */
const MONEY: JsonSchema = { type: 'string', pattern: '^\\d+(\\.\\d+)?$' };
const SWEEP = orNull(object({ tx_hash: TX_HASH, amount: AMOUNT, fee: AMOUNT }));

const OPTION_FIELDS: Record<keyof OptionView, JsonSchema> = {
  chain: TEXT,
  chain_id: COUNT,
  served: { type: 'boolean' },
  token_id: orNull(UUID),
  token_address: orNull(ADDRESS),
  symbol: TEXT,
  decimals: COUNT,
  chosen: { type: 'boolean' },
  amount: AMOUNT,
  amount_due: AMOUNT,
  amount_received: AMOUNT,
  amount_confirmed: AMOUNT,
  amount_refunded: AMOUNT,
  amount_refund_pending: AMOUNT,
  rate: orNull(object({ value: MONEY, sources: { type: 'array', items: TEXT }, at: orNull(TIME) })),
  confirmations: COUNT,
  required_confirmations: orNull(COUNT),
  payment_uri: TEXT,
  sweep: SWEEP,
};

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
  pay_url: orNull(TEXT),
  success_url: orNull(TEXT),
  cancel_url: orNull(TEXT),
  link: orNull(object({ id: UUID, answers: { type: 'array', items: object({ label: TEXT, value: TEXT }) } })),
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
      chain: TEXT,
      chain_id: COUNT,
      token_id: orNull(UUID),
      value: orNull(MONEY),
    }),
  },
  transfer_count: COUNT,
  expires_at: TIME,
  created_at: TIME,
  detected_at: orNull(TIME),
  confirmed_at: orNull(TIME),
  settled_at: orNull(TIME),
  cancelled_at: orNull(TIME),
  sweep: SWEEP,
  price: orNull(object({ amount: MONEY, currency: TEXT, chain: orNull(TEXT), received: MONEY, due: MONEY })),
  value: orNull(object({ received: MONEY, confirmed: MONEY, refunded: MONEY, refund_pending: MONEY })),
  options: { type: 'array', items: object(OPTION_FIELDS) },
  unavailable: {
    type: 'array',
    items: object({ chain: TEXT, token_id: orNull(UUID), reason: TEXT }),
  },
};

/** `data` of events about a payment: the payment as GET returns it. */
export const PAYMENT_SCHEMA = object(PAYMENT_FIELDS);
