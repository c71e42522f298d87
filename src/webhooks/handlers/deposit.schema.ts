import { type DepositView } from '../../payments/deposit.view.js';
import {
  ADDRESS,
  AMOUNT,
  COUNT,
  type JsonSchema,
  KIND,
  object,
  olderStatus,
  orNull,
  TEXT,
  TIME,
  TX_HASH,
  UUID,
} from '../../events/event.schema.js';

const DEPOSIT_STATUS = { enum: ['counted', 'unassigned', 'accepted', 'ignored', 'orphaned'] };

/** Every field of the view, or it does not compile. */
const DEPOSIT_FIELDS: Record<keyof DepositView, JsonSchema> = {
  id: UUID,
  status: DEPOSIT_STATUS,
  state: olderStatus(DEPOSIT_STATUS),
  reason: {
    enum: [
      'absurd_amount',
      'wrong_chain',
      'wrong_asset',
      'after_watch',
      'payment_failed',
      'payment_cancelled',
      'rate_unknown',
      null,
    ],
  },
  reason_text: orNull(TEXT),
  payment_id: UUID,
  chain: TEXT,
  chain_id: COUNT,
  token_id: orNull(UUID),
  token_address: orNull(ADDRESS),
  symbol: TEXT,
  decimals: COUNT,
  amount: AMOUNT,
  amount_refunded: AMOUNT,
  amount_refund_pending: AMOUNT,
  tx_hash: orNull(TX_HASH),
  ordinal: COUNT,
  kind: KIND,
  from: orNull(ADDRESS),
  to: ADDRESS,
  block_number: COUNT,
  block_time: TIME,
  created_at: TIME,
  resolved_at: orNull(TIME),
};

/** `data` of events about a deposit: the deposit as GET returns it. */
export const DEPOSIT_SCHEMA = object(DEPOSIT_FIELDS);
