import { describe, expect, it } from '@jest/globals';
import { type ChainConfig } from '../config/chains.js';
import { loadSettings } from '../config/load-settings.js';
import { parseChains } from '../config/load-chains.js';
import { type Configuration } from '../config/read-configuration.js';
import { comparedSettings, differenceText, settingDifferences } from './compared-settings.js';

const WORDS = 'only control crack movie prevent release friend soul save shoulder height weather';
const KEY = Buffer.alloc(32, 7).toString('base64');
const OTHER_KEY = Buffer.alloc(32, 8).toString('base64');
const ONE = `0x${'11'.repeat(20)}`;
const TWO = `0x${'22'.repeat(20)}`;

const chainsOf = (change: (yaml: string) => string = (yaml) => yaml): ChainConfig[] =>
  parseChains(
    change(
      `- name: mychain\n  chain_id: 4242\n  rpc_urls: ["http://127.0.0.1:1"]\n  confirmations: 12\n  block_time_ms: 2000\n` +
        `  native: {symbol: ETH, decimals: 18}\n  tokens:\n    - {symbol: TUSD, address: "${ONE}", decimals: 6}\n`,
    ),
    'chains.yaml',
  ).chains;

function aProcess(environment: Record<string, string> = {}, chains = chainsOf()): Configuration {
  const given = { MNEMONIC: WORDS, ENCRYPTION_KEY: KEY, TREASURY_ADDRESS: ONE, ...environment };
  return { settings: loadSettings(given), chains };
}

/** What a process like all others says of one that differs. */
const said = (other: Configuration, own = aProcess()) =>
  settingDifferences(comparedSettings(own), comparedSettings(other)).map((one) => differenceText(one, 'B'));

describe('two processes', () => {
  it('that are the same, or differ in what is their own business, agree', () => {
    expect(said(aProcess())).toEqual([]);
    const own = {
      PORT: '4000',
      HOST: '0.0.0.0',
      LOG_LEVEL: 'debug',
      DATABASE_POOL_SIZE: '4',
      DATA_DIR: '/x',
    };
    expect(said(aProcess(own))).toEqual([]);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    [
      'queue',
      { REDIS_URL: 'redis://:pw@10.0.0.1:6379/2' },
      /^the queue \(REDIS_URL\) is on Postgres here, and Redis at 10\.0\.0\.1:6379\/2 in B$/,
    ],
    ['public URL', { PUBLIC_URL: 'https://a.example' }, /^$/],
    [
      'treasury',
      { TREASURY_ADDRESS: TWO },
      new RegExp(`^chain 4242: treasury is ${ONE} here, and ${TWO} in B$`),
    ],
    [
      'key',
      { ENCRYPTION_KEY: `b:${OTHER_KEY},default:${KEY}` },
      /^the ENCRYPTION_KEY that seals is default here, and b in B$/,
    ],
    ['fee limit of sweeps', { SWEEP_MAX_FEE_BPS: '900' }, /^SWEEP_MAX_FEE_BPS is \d+ here, and 900 in B$/],
    ['fee limit of refunds', { REFUND_MAX_FEE_BPS: '900' }, /^REFUND_MAX_FEE_BPS is \d+ here, and 900 in B$/],
    ['expiry', { PAYMENT_EXPIRY_MINUTES: '5' }, /^PAYMENT_EXPIRY_MINUTES is 30 here, and 5 in B$/],
    ['payout account', { PAYOUT_PRIVATE_KEY: `0x${'33'.repeat(32)}` }, /^$/],
  ])('of which one has another %s say so', (_what, other, words) => {
    expect(said(aProcess(other)).join('\n')).toMatch(words);
  });

  it('show no secret, and no more of one than that it is another', () => {
    const hook = (url: string, secret: string) => ({ WEBHOOK_URL: `https://${url}`, WEBHOOK_SECRET: secret });
    const [one, other] = [
      aProcess(hook('a.example/x', 'secret-one')),
      aProcess(hook('a.example/y', 'secret-two')),
    ];
    expect(said(other, one)).toEqual([
      'WEBHOOK_URL is another one here than in B',
      'WEBHOOK_SECRET is another one here than in B',
    ]);
    const keys = { PAYOUT_PRIVATE_KEY: `0x${'33'.repeat(32)}`, GAS_TANK_PRIVATE_KEY: `0x${'44'.repeat(32)}` };
    const kept = JSON.stringify(
      comparedSettings(aProcess({ ...keys, ...hook('a.example/x', 'secret-one') })),
    );
    for (const secret of ['33'.repeat(32), '44'.repeat(32), KEY, 'secret-one', 'a.example', WORDS])
      expect(kept).not.toContain(secret);
  });

  it.each<[string, (yaml: string) => string, RegExp]>([
    [
      'confirmations',
      (yaml) => yaml.replace('confirmations: 12', 'confirmations: 3'),
      /^chain 4242: confirmations is 12 here, and 3 in B$/,
    ],
    [
      'decimals',
      (yaml) => yaml.replace('decimals: 6', 'decimals: 8'),
      /^chain 4242: tokens is TUSD 0x1+ with 6 decimals here, and TUSD 0x1+ with 8 decimals in B/,
    ],
    [
      'one token more',
      (yaml) => `${yaml}    - {symbol: DAI, address: "${TWO}", decimals: 18}\n`,
      /^chain 4242: tokens is the rest of it here, and DAI 0x2+ with 18 decimals in B/,
    ],
    [
      'a treasury of its own',
      (yaml) => `${yaml}  sweep: {treasury: "${TWO}"}\n`,
      new RegExp(`treasury is ${ONE} here, and ${TWO} in B`),
    ],
    [
      'chains',
      (yaml) => yaml.replace('4242', '4243'),
      /^chains that are served is 4242 here, and 4243 in B$/m,
    ],
  ])('with another chains.yaml say in what: %s', (_what, change, words) => {
    expect(said(aProcess({}, chainsOf(change))).join('\n')).toMatch(words);
  });

  it('are compared by what both have to do with', () => {
    const worker = aProcess({
      ROLES: 'worker',
      SWEEP_MAX_FEE_BPS: '900',
      PAYMENT_EXPIRY_MINUTES: '5',
      TREASURY_ADDRESS: TWO,
    });
    expect(said(worker)).toEqual([]);
    expect(said(aProcess({ ROLES: 'worker', WEBHOOK_TIMEOUT_MS: '500' }))).toEqual([
      'WEBHOOK_TIMEOUT_MS is 10000 here, and 500 in B',
    ]);
  });
});
