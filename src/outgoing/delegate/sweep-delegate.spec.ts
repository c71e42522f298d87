import { describe, expect, it } from '@jest/globals';
import { AbiCoder, concat, Interface } from 'ethers';
import fc from 'fast-check';
import { refusalIn } from './sweep-delegate.js';
import { toAddress, toTokenAddress } from '../../ids/ids.js';

const DELEGATE = toAddress(`0x${'01'.repeat(20)}`);
const from = toAddress(`0x${'02'.repeat(20)}`);
const token = toTokenAddress(`0x${'03'.repeat(20)}`);
const event = new Interface(['event Refused(address indexed deposit, address indexed token, bytes answer)']);

const toldOf = (answer: string) => {
  const { topics, data } = event.encodeEventLog('Refused', [from, token, answer]);
  const log = { address: DELEGATE, topics, data } as unknown as Parameters<typeof refusalIn>[0][number];
  return refusalIn([log], DELEGATE, { from, token });
};
const error = (text: string) => concat(['0x08c379a0', AbiCoder.defaultAbiCoder().encode(['string'], [text])]);

describe('why a token refused', () => {
  it('is told in its own words', () => {
    expect(toldOf(error('paused'))).toBe('it reverts paused');
    expect(toldOf('0x')).toBe('it reverts without a reason');
    expect(toldOf(`0x${'00'.repeat(32)}`)).toBe('it returns false');
  });

  it('can be stored and shown, whatever the words are', () => {
    expect(toldOf(error('a\0b\u001b[2J'))).toBe('it reverts a\uFFFDb\uFFFD[2J');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const answer = concat(['0x08c379a0', AbiCoder.defaultAbiCoder().encode(['bytes'], [bytes])]);
        for (const told of [toldOf(answer), toldOf(`0x${Buffer.from(bytes).toString('hex')}`)]) {
          expect(told).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
          expect(told?.isWellFormed()).toBe(true);
          expect(told?.length).toBeLessThanOrEqual(500);
        }
      }),
    );
  });
});
