import { describe, expect, it } from '@jest/globals';
import { type ChainConfig } from '../config/chains.js';
import { loadSettings } from '../config/load-settings.js';
import { custodyText } from './custody.js';

const WORDS = 'legal winner thank year wave sausage worth useful legal winner thank yellow';
const TREASURY = '0x9858EfFD232B4033E47d90003D41EC34EcaEda94';
const XPUB =
  'xpub6DCoCpSuQZB2jawqnGMEPS63ePKWkwWPH4TU45Q7LPXWuNd8TMtVxRrgjtEshuqpK3mdhaWHPFsBngh5GFZaM6si3yZdUsT8ddYM3PwnATt';
const chain = (enabled: boolean) => ({ sweep: { enabled, minimum: 0n } }) as ChainConfig;

function custody(environment: Record<string, string>, chains = [chain(true)]): string {
  return custodyText({ settings: loadSettings({ NODE_ENV: 'test', ...environment }), chains });
}

describe('what is said of custody at start', () => {
  it.each([
    [{ XPUB }, /^XPUB: no private key here; payments end at confirmed/],
    [{ XPUB, PAYOUT_PRIVATE_KEY: `0x${'11'.repeat(32)}` }, /^XPUB: no key here but that of refunds/],
    [{ ROLES: 'scanner' }, /^no wallet in this process/],
    [{ MNEMONIC: WORDS, ROLES: 'api' }, /one with the role sweeper moves the money/],
    [{ MNEMONIC: WORDS }, /nothing is swept/],
    [{ MNEMONIC: WORDS, TREASURY_ADDRESS: TREASURY }, new RegExp(`is swept to ${TREASURY}$`)],
  ])('%j', (environment, text) => {
    expect(custody(environment)).toMatch(text);
  });

  it('names no treasury of chains that are not swept', () => {
    expect(custody({ MNEMONIC: WORDS, TREASURY_ADDRESS: TREASURY }, [chain(false)])).toMatch(
      /nothing is swept/,
    );
  });
});
