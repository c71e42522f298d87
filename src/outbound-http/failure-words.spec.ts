import { describe, expect, it } from '@jest/globals';
import { whyNoAnswer } from './failure-words.js';

const failed = (code: string, more = {}) =>
  Object.assign(new Error('outer', { cause: Object.assign(new Error('inner words'), { code }) }), more);

describe('whyNoAnswer', () => {
  it('says since when a certificate has expired', () => {
    const error = failed('CERT_HAS_EXPIRED', { certificateValidTo: 'Jan  2 12:00:00 2026 GMT' });
    expect(whyNoAnswer(error)).toBe('certificate expired on 2026-01-02');
  });

  it.each([
    ['ECONNREFUSED', 'connection refused'],
    ['CERT_HAS_EXPIRED', 'the certificate has expired'],
    ['HPE_UNHEARD_OF', 'what came back is no valid HTTP'],
    ['EUNHEARDOF', 'inner words'],
  ])('puts %s as "%s"', (code, words) => expect(whyNoAnswer(failed(code))).toBe(words));

  it('repeats an error of ours as it is', () => {
    expect(whyNoAnswer(new Error('webhooks do not go there'))).toBe('webhooks do not go there');
  });
});
