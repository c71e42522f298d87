import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { tempFolder } from '../harness/temp-folder.js';
import { ConfigurationError } from '../../src/config/configuration-error.js';
import { configurationOf, readAll } from '../../src/config/read-configuration.js';

const folder = tempFolder();
afterAll(() => folder.remove());
const file = (name: string, content: string) => {
  const path = join(folder.path, name);
  writeFileSync(path, content);
  return path;
};

const XPUB =
  'xpub6Csg7j2j5UGKm4Pp1oHSjV8ho5cnemJkjNaGNc4qJ82PAhvLwryCDX9KUaF1DaViRcwbNX2XboihU6xwSCtpea6ywa2ecJsEXs3pZLXCqfT';
const DATABASE_URL = 'postgres://quittance:x@db.example/quittance';
const settings: Record<string, string> = {
  NODE_ENV: 'production',
  DATABASE_URL_FILE: file('database_url', DATABASE_URL),
  REDIS_URL: 'redis://queue.example',
  XPUB_FILE: file('xpub', XPUB),
  ENCRYPTION_KEY_FILE: file('encryption_key', Buffer.alloc(32, 7).toString('base64')),
  CHAINS_FILE: file('chains.yaml', '- { preset: base, rpc_urls: ["https://rpc.example"] }\n'),
  WEBHOOK_URL: 'https://shop.example/hook',
  WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 9).toString('base64')}`,
  PUBLIC_URL: 'https://pay.example',
};

const ROLES = ['api', 'scanner', 'worker', 'sweeper', 'api,scanner,worker,sweeper'];
/** What is wrong with a start; empty: it goes on. */
function refusals(environment: Record<string, string>): string {
  try {
    configurationOf(environment);
    return '';
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.message;
  }
}
const without = (...names: string[]) =>
  Object.fromEntries(Object.entries(settings).filter(([name]) => !names.includes(name)));
/** Two letters in the middle change places. */
const misspelt = (name: string) => name.replace(/(.*)(.)(.)(_|B$)/, '$1$3$2$4');

describe.each(ROLES)('a start in production with ROLES=%s', (roles) => {
  const usesWallet = /api|sweeper/.test(roles);

  it('goes on when all that it needs is given', () => {
    expect(refusals({ ...settings, ROLES: roles })).toBe('');
  });

  it.each(Object.keys(settings).filter((name) => name !== 'NODE_ENV'))(
    'is refused with %s misspelt',
    (name) => {
      const wrong = misspelt(name);
      expect(wrong).not.toBe(name);
      expect(refusals({ ...without(name), [wrong]: String(settings[name]), ROLES: roles })).toContain(
        `${wrong}: is no setting; did you mean ${name}?`,
      );
    },
  );

  it.each([
    'DATABASE_URL_FILE',
    'CHAINS_FILE',
    'ENCRYPTION_KEY_FILE',
    'WEBHOOK_SECRET',
    ...(usesWallet ? ['XPUB_FILE'] : []),
  ])('is refused with %s missing, and with it empty', (name) => {
    const setting = name === 'CHAINS_FILE' ? name : name.replace(/_FILE$/, '');
    for (const given of [without(name), { ...settings, [name]: ' ' }])
      expect(refusals({ ...given, ROLES: roles })).toContain(`${setting}: `);
  });

  it.each(['DATABASE_URL_FILE', 'XPUB_FILE', 'ENCRYPTION_KEY_FILE'])(
    'is refused with %s of a file that is not there, or empty',
    (name) => {
      expect(refusals({ ...settings, ROLES: roles, [name]: join(folder.path, 'nowhere') })).toMatch(/ENOENT/);
      expect(refusals({ ...settings, ROLES: roles, [name]: file('empty', '\n') })).toMatch(/is empty/);
    },
  );

  it('is refused by settings that contradict each other', () => {
    const contradictions: Record<string, string>[] = [
      { DATABASE_URL },
      { XPUB },
      { MNEMONIC: 'only control crack movie prevent release friend soul save shoulder height weather' },
      { METRICS_PORT: '3000' },
      ...(roles.includes('sweeper') ? [{ TREASURY_ADDRESS: `0x${'12'.repeat(20)}` }] : []),
    ];
    for (const contradiction of contradictions)
      expect(refusals({ ...settings, ROLES: roles, ...contradiction })).not.toBe('');
  });
});

it('a mistake in a file of settings is told once, by its line', () => {
  const what = 'begins with a quote that is not closed (line 2 of .env)';
  const environment = { WEBHOOK_SECRET: '"unclosed', METRICS_TOKEN: 'short' };
  const { problems } = readAll(environment, [{ name: 'WEBHOOK_SECRET', what }]);
  expect(problems.map(({ name }) => name)).toEqual(['WEBHOOK_SECRET', 'METRICS_TOKEN']);
  expect(problems[0]).toMatchObject({ what });
});

it('a start is refused by a NODE_ENV that is none, or misspelt itself', () => {
  expect(refusals({ ...settings, NODE_ENV: 'prod' })).toContain('NODE_ENV: ');
  expect(refusals({ ...without('NODE_ENV'), NODE_EVN: 'production' })).toContain('did you mean NODE_ENV?');
});
