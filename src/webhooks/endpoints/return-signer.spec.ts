import { expect, it } from '@jest/globals';
import { signingSecrets } from './return-signer.js';

it('signs a return by the current secret of every endpoint a merchant may have, and then by those that are ending', () => {
  const ofEndpoints = Array.from({ length: 50 }, (_, endpoint) =>
    ['new', 'old', 'older'].map((age) => `${age} of ${endpoint}`),
  );
  const signing = signingSecrets(ofEndpoints);
  expect(signing).toHaveLength(64);
  expect(signing.filter((secret) => secret.startsWith('new'))).toHaveLength(50);
  expect(signing.filter((secret) => secret.startsWith('older'))).toEqual([]);
});

it('signs once by a secret that two endpoints share, and by none where there are none', () => {
  expect(signingSecrets([['a', 'b'], [], ['a']])).toEqual(['a', 'b']);
  expect(signingSecrets([])).toEqual([]);
});
