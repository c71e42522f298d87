import { expect, it } from '@jest/globals';
import { Silence } from './silence.js';

const PATIENCE_MS = 60_000;

function askedAt(...seconds: number[]): Silence {
  const silence = new Silence();
  seconds.forEach((second) => silence.wasSilent(second * 1_000, PATIENCE_MS));
  return silence;
}

/** Looked at in this second. */
function lasted(silence: Silence, second: number): number {
  return silence.lastedMs(second * 1_000, PATIENCE_MS);
}

it('lasts since it was first asked, once it has been asked three times', () => {
  expect(lasted(askedAt(10, 70), 70)).toBe(0);
  expect(lasted(askedAt(10, 40, 70), 71)).toBe(60_000);
});

it('ends with an answer', () => {
  const silence = askedAt(10, 40, 70);
  silence.answered();
  expect(lasted(silence, 70)).toBe(0);
  silence.wasSilent(90_000, PATIENCE_MS);
  expect(lasted(silence, 90)).toBe(0);
});

it('begins anew after five times the patience in which nobody asked', () => {
  const silence = askedAt(0, 30, 60, 60 + 299);
  expect(lasted(silence, 359)).toBe(359_000);
  silence.wasSilent((359 + 300) * 1_000, PATIENCE_MS);
  expect(lasted(silence, 659)).toBe(0);
});

it('says nothing of now once nobody has asked for as long', () => {
  const silence = askedAt(0, 30, 60);
  expect(lasted(silence, 60 + 299)).toBe(60_000);
  expect(lasted(silence, 60 + 300)).toBe(0);
});
