import { describe, expect, it } from '@jest/globals';
import { type LedgerAccount, recipientSide } from './posting.js';
import { type Address, toAddress } from '../ids/ids.js';

const PAYOUT = toAddress(`0x${'9b'.repeat(20)}`);
const TANK = toAddress(`0x${'7a'.repeat(20)}`);
const CUSTOMER = toAddress(`0x${'c0'.repeat(20)}`);
const paying = new Map<Address, LedgerAccount>([
  [PAYOUT, 'payout'],
  [TANK, 'gas_tank'],
]);

describe('whoever gets what a transaction of ours moves', () => {
  it.each([
    ['refund', CUSTOMER, { account: 'customer' }],
    ['refund', PAYOUT, { account: 'payout', address: PAYOUT }],
    ['refund', TANK, { account: 'gas_tank', address: TANK }],
    ['gas', CUSTOMER, { account: 'deposit', address: CUSTOMER }],
    ['gas', PAYOUT, { account: 'payout', address: PAYOUT }],
    ['gas_return', TANK, { account: 'gas_tank', address: TANK }],
    ['sweep', CUSTOMER, { account: 'treasury', address: CUSTOMER }],
  ] as const)('of a %s to %s is booked where the money is', (kind, recipient, side) => {
    expect(recipientSide(kind, recipient, paying)).toEqual(side);
  });
});
