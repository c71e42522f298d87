import { type DepositView } from '../../payments/deposit.view.js';
import { EXAMPLE } from './example-payment.js';

const UNASSIGNED: DepositView = {
  id: '019aafd7-9b10-7c55-9a02-71d2c0f3a6b8',
  status: 'unassigned',
  state: 'unassigned',
  reason: 'wrong_asset',
  reason_text: 'It is USDC, and the payment asks for ETH.',
  payment_id: EXAMPLE.created.id,
  chain: 'ethereum',
  chain_id: 1,
  token_id: '9a3f0f0e-51a4-5f0e-8e39-0f2f5f0c7a11',
  token_address: '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48',
  symbol: 'USDC',
  decimals: 6,
  amount: '3000000000',
  amount_refunded: '0',
  amount_refund_pending: '0',
  tx_hash: `0xc3${'0'.repeat(62)}`,
  ordinal: 0,
  kind: 'erc20',
  from: '0x00000000219ab540356cBB839Cbe05303d7705Fa',
  to: EXAMPLE.created.address,
  block_number: 21_250_004,
  block_time: '2026-11-23T10:01:24.000Z',
  created_at: '2026-11-23T10:01:30.000Z',
  resolved_at: null,
};
const RESOLVED_AT = '2026-11-23T10:02:50.000Z';

/** A deposit of the wrong token, and what may become of it, for the examples of events. */
export const EXAMPLE_DEPOSIT = {
  unassigned: UNASSIGNED,
  accepted: { ...UNASSIGNED, status: 'accepted', state: 'accepted', resolved_at: RESOLVED_AT },
  ignored: { ...UNASSIGNED, status: 'ignored', state: 'ignored', resolved_at: RESOLVED_AT },
  orphaned: { ...UNASSIGNED, status: 'orphaned', state: 'orphaned' },
  counted: {
    ...UNASSIGNED,
    status: 'counted',
    state: 'counted',
    reason: null,
    reason_text: null,
    token_id: null,
    token_address: null,
    symbol: 'ETH',
    decimals: 18,
    amount: EXAMPLE.detected.amount,
    tx_hash: EXAMPLE.detected.transfers[0]?.tx_hash ?? '',
    kind: 'native',
    block_number: 21_250_000,
  },
} satisfies Record<string, DepositView>;
