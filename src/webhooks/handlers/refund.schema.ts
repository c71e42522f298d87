import { REFUND_STATES } from '../../payments/given-back.js';
import { type RefundView } from '../../refunds/refund.view.js';
import { EXAMPLE } from './example-payment.js';
import {
  ADDRESS,
  AMOUNT,
  COUNT,
  type JsonSchema,
  object,
  olderStatus,
  orNull,
  TEXT,
  TIME,
  TX_HASH,
  UUID,
} from '../../events/event.schema.js';
import { PAYMENT_FIELDS } from './payment.schema.js';

/** Every field of the view, or it does not compile. */
const REFUND_FIELDS: Record<keyof RefundView, JsonSchema> = {
  id: UUID,
  payment_id: UUID,
  deposit_id: orNull(UUID),
  status: { enum: [...REFUND_STATES] },
  state: olderStatus({ enum: [...REFUND_STATES] }),
  chain: TEXT,
  chain_id: COUNT,
  to: ADDRESS,
  amount: AMOUNT,
  token_address: orNull(ADDRESS),
  symbol: TEXT,
  decimals: COUNT,
  reason: orNull(TEXT),
  source: { enum: ['deposit', 'payout', null] },
  tx_hash: orNull(TX_HASH),
  waits_for: orNull(TEXT),
  failure: orNull(TEXT),
  fee: orNull(AMOUNT),
  created_at: TIME,
  sent_at: orNull(TIME),
  finished_at: orNull(TIME),
};

/** `data` of events about a refund: the payment as GET returns it, and the refund beside it. */
export const REFUND_SCHEMA = object({ ...PAYMENT_FIELDS, refund: object(REFUND_FIELDS) });

const CREATED: RefundView = {
  id: '019aafe0-1c44-7d0a-b1f3-5a1c7e9d2b60',
  payment_id: EXAMPLE.created.id,
  deposit_id: null,
  status: 'created',
  state: 'created',
  chain: 'ethereum',
  chain_id: 1,
  to: '0x00000000219ab540356cBB839Cbe05303d7705Fa',
  amount: '250000000000000000',
  token_address: null,
  symbol: 'ETH',
  decimals: 18,
  reason: 'one of four was out of stock',
  source: null,
  tx_hash: null,
  waits_for: null,
  failure: null,
  fee: null,
  created_at: '2026-11-23T10:05:00.000Z',
  sent_at: null,
  finished_at: null,
};
const SENT: RefundView = {
  ...CREATED,
  status: 'sent',
  state: 'sent',
  source: 'deposit',
  tx_hash: `0xe5${'0'.repeat(62)}`,
  sent_at: '2026-11-23T10:05:02.000Z',
};
const FINISHED_AT = '2026-11-23T10:07:26.000Z';

/** A refund at the stations of its life, for the examples of events. */
export const EXAMPLE_REFUND = {
  created: CREATED,
  sent: SENT,
  confirmed: {
    ...SENT,
    status: 'confirmed',
    state: 'confirmed',
    fee: '42000000000000',
    finished_at: FINISHED_AT,
  },
  failed: {
    ...CREATED,
    status: 'failed',
    state: 'failed',
    failure: 'the money has left its deposit address, and PAYOUT_PRIVATE_KEY is not set',
    finished_at: FINISHED_AT,
  },
  cancelled: { ...CREATED, status: 'cancelled', state: 'cancelled', finished_at: FINISHED_AT },
} satisfies Record<string, RefundView>;
