import { describe, expect, it } from '@jest/globals';
import { toAddress, toTokenAddress, toTxHash } from '../ids/ids.js';
import { movedBy } from './erc20.js';
import { TRANSFER_TOPIC } from '../chain/transfers/movements.js';

const TOKEN = toTokenAddress(`0x${'11'.repeat(20)}`);
const [FROM, TO] = [toAddress(`0x${'22'.repeat(20)}`), toAddress(`0x${'33'.repeat(20)}`)];
const SENT = 100n;

const word = (hex: string) => hex.replace('0x', '').padStart(64, '0');
const logOf = (amount: bigint, address = TOKEN) => ({
  address,
  topics: [TRANSFER_TOPIC, `0x${word(FROM)}`, `0x${word(TO)}`],
  data: `0x${word(amount.toString(16))}`,
  transactionHash: toTxHash(`0x${'44'.repeat(32)}`),
  blockHash: `0x${'66'.repeat(32)}`,
  removed: false,
});
const moved = (...logs: ReturnType<typeof logOf>[]) =>
  movedBy(logs, { token: TOKEN, from: FROM, to: TO, sent: SENT });

describe('what a token of a transaction of ours moved', () => {
  it('is what its logs say, less than was sent too', () => {
    expect(moved(logOf(SENT))).toBe(SENT);
    expect(moved(logOf(99n))).toBe(99n);
    expect(moved(logOf(60n), logOf(30n))).toBe(90n);
    expect(moved(logOf(SENT, toTokenAddress(`0x${'55'.repeat(20)}`)))).toBe(0n);
  });

  it('is never more than was sent, however much and often it claims', () => {
    expect(moved(logOf(SENT), logOf(SENT))).toBe(SENT);
    expect(moved(...Array.from({ length: 20 }, () => logOf(2n ** 256n - 1n)))).toBe(SENT);
  });
});
