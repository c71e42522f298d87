import { expect, it } from '@jest/globals';
import { Silence } from './silence.js';

const PATIENCE_MS = 60_000;

function askedAt(...seconds: number[]): Silence {
  const silence = new Silence();
  seconds.forEach((second) => silence.wasSilent(second * 1_000, PATIENCE_MS));
  return silence;
}

it('lasts since it was first asked, once it has been asked three times', () => {
  expect(askedAt(10, 70).lastedMs).toBe(0);
  expect(askedAt(10, 40, 70).lastedMs).toBe(60_000);
});

it('ends with an answer', () => {
  const silence = askedAt(10, 40, 70);
  silence.answered();
  expect(silence.lastedMs).toBe(0);
  silence.wasSilent(90_000, PATIENCE_MS);
  expect(silence.lastedMs).toBe(0);
});

it('begins anew after five times the patience in which nobody asked', () => {
  const silence = askedAt(0, 30, 60, 60 + 299);
  expect(silence.lastedMs).toBe(359_000);
  silence.wasSilent((359 + 300) * 1_000, PATIENCE_MS);
  expect(silence.lastedMs).toBe(0);
});
