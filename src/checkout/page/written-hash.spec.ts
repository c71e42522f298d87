import { expect, it } from '@jest/globals';
import { HASH_PATTERN, writtenHash } from './written-hash.js';

const HASH = `0x${'4F'.repeat(32)}`;

it.each([
  HASH,
  `${HASH} `,
  `\t${HASH}\r\n`,
  HASH.replace('0x', '0X'),
  `https://basescan.org/tx/${HASH}`,
  ` https://explorer.example/base/tx/${HASH}/ `,
  `https://etherscan.io/tx/${HASH}#`,
  `http://localhost:4000/${HASH}`,
])('finds the hash in %p', (given) => {
  expect(writtenHash(given)).toBe(HASH.toLowerCase());
  // As browsers read a pattern: whole, and by the rules of `v`.
  expect(new RegExp(`^(?:${HASH_PATTERN})$`, 'u').test(given)).toBe(true);
});

it.each([
  '',
  HASH.slice(0, -1),
  `${HASH}0`,
  `${HASH} ${HASH}`,
  `javascript:${HASH}`,
  `https://explorer.example/?tx=${HASH}`,
  `https://explorer.example/tx/${HASH}/logs`,
  `see ${HASH}`,
  `${' '.repeat(50_000)}x`,
  `https://${'/'.repeat(50_000)}x`,
])('takes %.60p for none', (given) => {
  expect(writtenHash(given)).toBeNull();
});
