import { type OptionView, type PaymentView } from '../../payments/payment.view.js';

const ADDRESS = '0x9858EfFD232B4033E47d90003D41EC34EcaEda94';
const ETHER = '1000000000000000000';

const OPTION: OptionView = {
  chain: 'ethereum',
  chain_id: 1,
  served: true,
  token_id: null,
  token_address: null,
  symbol: 'ETH',
  decimals: 18,
  chosen: false,
  amount: ETHER,
  amount_due: ETHER,
  amount_received: '0',
  amount_confirmed: '0',
  amount_refunded: '0',
  amount_refund_pending: '0',
  rate: null,
  confirmations: 0,
  required_confirmations: 12,
  payment_uri: `ethereum:${ADDRESS}@1?value=${ETHER}`,
  sweep: null,
};

const CREATED: PaymentView = {
  id: '019aafd6-5c80-7a3e-8f10-3d5c2b9e4f01',
  status: 'pending',
  exception: null,
  chain: 'ethereum',
  chain_id: 1,
  token_id: null,
  symbol: 'ETH',
  decimals: 18,
  address: ADDRESS,
  amount: ETHER,
  underpayment_tolerance_bps: 0,
  amount_received: '0',
  amount_confirmed: '0',
  amount_refunded: '0',
  amount_refund_pending: '0',
  confirmations: 0,
  required_confirmations: 12,
  detected_in_block: null,
  pay_url: 'https://pay.example/pay/8f14e45fceea167a5a36dedd4bea2543',
  success_url: 'https://shop.example/thanks',
  cancel_url: 'https://shop.example/cart',
  link: null,
  reference: 'order 1042',
  metadata: { cart: 'b7' },
  version: 1,
  payment_uri: `ethereum:${ADDRESS}@1?value=${ETHER}`,
  transfers: [],
  transfer_count: 0,
  expires_at: '2026-11-23T11:00:00.000Z',
  created_at: '2026-11-23T10:00:00.000Z',
  detected_at: null,
  confirmed_at: null,
  settled_at: null,
  cancelled_at: null,
  sweep: null,
  price: null,
  value: null,
  options: [OPTION],
  unavailable: [],
};

const PAID = { ...OPTION, amount_due: '0', amount_received: ETHER };

/** One payment at the stations of its life, for the examples of events. */
export const EXAMPLE = {
  created: CREATED,
  detected: {
    ...CREATED,
    status: 'detected',
    amount_received: ETHER,
    confirmations: 1,
    detected_in_block: 21_250_000,
    version: 2,
    transfers: [transfer('0xa1', ETHER, 21_250_000)],
    transfer_count: 1,
    detected_at: '2026-11-23T10:00:36.000Z',
    options: [{ ...PAID, confirmations: 1 }],
  },
  confirmed: {
    ...CREATED,
    status: 'confirmed',
    amount_received: ETHER,
    amount_confirmed: ETHER,
    confirmations: 12,
    detected_in_block: 21_250_000,
    version: 3,
    transfers: [transfer('0xa1', ETHER, 21_250_000)],
    transfer_count: 1,
    detected_at: '2026-11-23T10:00:36.000Z',
    confirmed_at: '2026-11-23T10:02:48.000Z',
    options: [{ ...PAID, amount_confirmed: ETHER, confirmations: 12 }],
  },
} satisfies Record<string, PaymentView>;

const PART = '250000000000000000';

/** @param amounts what of it goes back, or went */
function withRefund(
  amounts: Partial<Pick<PaymentView, 'amount_refunded' | 'amount_refund_pending'>>,
  version: number,
): PaymentView {
  const [option] = EXAMPLE.confirmed.options;
  return { ...EXAMPLE.confirmed, ...amounts, version, options: [{ ...(option as OptionView), ...amounts }] };
}

/** The same payment while a part of it goes back, for the examples of refunds. */
export const EXAMPLE_WITH_REFUND = {
  promised: withRefund({ amount_refund_pending: PART }, 4),
  sent: withRefund({ amount_refund_pending: PART }, 5),
  refunded: withRefund({ amount_refunded: PART }, 6),
  kept: withRefund({}, 5),
} satisfies Record<string, PaymentView>;

/** @param start of the transaction's hash */
export function transfer(
  start: string,
  amount: string,
  blockNumber: number,
): PaymentView['transfers'][number] {
  return {
    tx_hash: start.padEnd(66, '0'),
    amount,
    block_number: blockNumber,
    kind: 'native',
    chain: 'ethereum',
    chain_id: 1,
    token_id: null,
    value: null,
  };
}
