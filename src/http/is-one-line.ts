import { refusedBy } from './is-storable.js';

const ONE_LINE = /^[^\p{Cc}\p{Cs}\u2028\u2029]+$/u;
/** What is seen: letters, digits, signs and pictures, but those that are drawn as nothing. */
const SEEN = /[\p{L}\p{N}\p{P}\p{S}]/u;
const DRAWN_AS_NOTHING = /[\u115f\u1160\u2800\u3164\uffa0]/gu;

/** What is wrong with a name that people are to read; null: nothing. */
export function whyNotOneLine(value: string): string | null {
  if (value !== '' && !ONE_LINE.test(value)) return 'must be one line of text';
  return SEEN.test(value.replace(DRAWN_AS_NOTHING, ''))
    ? null
    : 'is blank: it has nothing in it that can be seen';
}

/** Anything a person would write on one line, and read. */
export function IsOneLine(): PropertyDecorator {
  return refusedBy('isOneLine', (value) => (typeof value === 'string' ? whyNotOneLine(value) : null));
}
