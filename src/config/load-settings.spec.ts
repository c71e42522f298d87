import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HDNodeWallet } from 'ethers';
import { ConfigurationError } from './configuration-error.js';
import { loadSettings } from './load-settings.js';

const JUNK = 'test test test test test test test test test test test junk';
const OWN_MNEMONIC = HDNodeWallet.createRandom().mnemonic?.phrase as string;
const account = HDNodeWallet.fromPhrase(OWN_MNEMONIC, undefined, "m/44'/60'/0'");
const KEY = Buffer.alloc(32, 7).toString('base64');

const production = {
  NODE_ENV: 'production',
  DATABASE_URL: 'embedded',
  CHAINS_FILE: 'chains.yaml',
  XPUB: account.neuter().extendedKey,
  ENCRYPTION_KEY: KEY,
};

function problemsOf(environment: Record<string, unknown>): Record<string, string> {
  try {
    loadSettings(environment);
    return {};
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return Object.fromEntries(error.problems.map(({ name, what }) => [name, what]));
  }
}

describe('loadSettings', () => {
  it('needs no setting at all', () => {
    expect(loadSettings({})).toMatchObject({
      nodeEnv: 'development',
      port: 3000,
      databaseUrl: null,
      roles: ['api', 'scanner', 'worker', 'sweeper'],
      webhookEvents: ['payment.confirmed'],
      webhookRetryScheduleMs: [5_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 36_000_000],
      webhookAllowPrivateNetworks: true,
      lateWatchDays: 7,
      migrate: true,
    });
  });

  it('takes an empty variable for an unset one', () => {
    expect(loadSettings({ PORT: '', DATABASE_URL: '  ' })).toMatchObject({ port: 3000, databaseUrl: null });
  });

  it('lists every problem at once, by name and with the cure', () => {
    const problems = problemsOf({
      PORT: '70000',
      ROLES: 'api,cook',
      WEBHOOK_RETRY_SCHEDULE: '5s,soon',
      MIGRATE: 'maybe',
    });
    expect(problems).toEqual({
      PORT: 'must be a whole number from 0 to 65535',
      ROLES: 'knows no "cook"; choose from api, scanner, worker, sweeper',
      WEBHOOK_RETRY_SCHEDULE: '"soon" is no duration; write a number and ms, s, m, h or d, as in 5s,5m,2h',
      MIGRATE: 'must be true or false',
    });
  });

  it.each([
    ['DATABASE_URL', 'mysql://user:hunter2@db'],
    ['REDIS_URL', 'http://:hunter2@redis'],
    ['REDIS_URL', 'redis://redis/hunter2'],
    ['REDIS_URL', 'redis://:hunter2%@redis'],
    ['WEBHOOK_PROXY_URL', 'http://user:hunter2%@proxy'],
    ['MNEMONIC', 'hunter2 hunter2 hunter2'],
    ['XPUB', account.extendedKey],
    ['XPUB', 'hunter2'],
    ['GAS_TANK_PRIVATE_KEY', '0xhunter2'],
    ['GAS_TANK_PRIVATE_KEY', `0x${'0'.repeat(64)}`],
    ['ENCRYPTION_KEY', 'hunter2'],
    ['ENCRYPTION_KEY', `a:${KEY},a:${KEY}`],
    ['WEBHOOK_SECRET', 'whsec_hunter2'],
  ])('refuses a bad %s without repeating it', (name, value) => {
    const problems = problemsOf({ [name]: value });
    expect(Object.keys(problems)).toEqual([name]);
    expect(problems[name]).not.toContain('hunter2');
    expect(problems[name]).not.toContain(account.extendedKey);
  });

  it.each([
    ['"postgres://user:hunter2@db/shop"', /quotation marks/],
    ['“postgres://user:hunter2@db/shop”', /quotation marks/],
    ['postgres://user:hunter2@db/shop"', /ends with a quotation mark/],
    ['postgres://user:hunter2@db/shop\u200b', /cannot be seen/],
    ['postgres://user:hunter2@db/ shop', /has a space/],
    ['postgres://user:${PASSWORD}@db/shop', /has \$\{PASSWORD\} in it, which nothing fills in/],
    ['postgres:/user:hunter2@db/shop', /starts with postgres:\/\//],
    ['postgres:///shop', /names no host/],
    ['postgres://postgres://user:hunter2@db/shop', /its beginning twice/],
    ['postgres://user:hunter2@db/a,postgres://user:hunter2@db/b', /holds several/],
    ['postgres://user:hun#ter2@db/shop', /%23 for #/],
    ['postgres://user:hunter2@db:99999/shop', /port is at most 65535/],
    ['db:5432/shop', /starts with postgres:\/\//],
  ])('says of %s what is wrong with it', (url, why) => {
    expect(problemsOf({ DATABASE_URL: url }).DATABASE_URL).toMatch(why);
  });

  it.each([
    ['1_000', 'in digits alone: 1000'],
    ['1,000', 'in digits alone: 1000'],
    ['10s', 'without a unit'],
    ['10 ms', 'without a unit'],
    ['1e3', ''],
    ['"1000"', 'quotation marks'],
    ['-1', ''],
  ])('says of the number %s how it is written', (value, hint) => {
    expect(problemsOf({ WEBHOOK_TIMEOUT_MS: value }).WEBHOOK_TIMEOUT_MS).toContain(hint);
  });

  it.each([
    ['PUBLIC_URL', 'https://<host>/pay'],
    ['PUBLIC_URL', 'https://pay.your-domain.com'],
    ['PUBLIC_URL', '{{ .Values.url }}'],
    ['WEBHOOK_SECRET', '$(openssl rand -base64 32)'],
    ['WEBHOOK_SECRET', 'whsec_…'],
    ['METRICS_TOKEN', 'REPLACE_ME_WITH_A_TOKEN'],
    ['METRICS_TOKEN', '%METRICS_TOKEN%'],
    ['METRICS_TOKEN', 'token-${METRICS_TOKEN}-1234'],
    ['WEBHOOK_SECRET', 'whsec_${SECRET}'],
    ['WEBHOOK_SECRET', 'whsec_<secret>'],
    ['XPUB', '<your xpub>'],
    ['REDIS_URL', 'redis://$REDIS_HOST/'],
    ['DATABASE_URL', 'postgres://shop:<password>@db/shop'],
    ['DATABASE_URL', 'postgres://shop:a<your password>b@db/shop'],
    ['DATABASE_URL', 'postgres://{user}:hunter2@db/shop'],
    ['DATABASE_URL', 'postgres://shop:hunter2@db/$DATABASE'],
    ['DATABASE_URL', 'postgres://shop:hunter2@db.your-domain.com:5432/shop'],
  ])('does not take a placeholder for a value: %s=%s', (name, value) => {
    expect(problemsOf({ [name]: value })[name]).toMatch(/write the value itself/);
    expect(problemsOf({ [name]: value })[name]).not.toContain('hunter2');
  });

  it('takes a secret made by chance, whatever it looks like somewhere in its middle', () => {
    const anyLetters = fc.stringMatching(/^[A-Za-z0-9!~+*,.;=_^-]{8,20}$/);
    const looks = fc.constantFrom(
      ...['<abc>', '{abc}', '${X}', '$(X)', '{{x}}', '%A_B%', '$X', '[a]', '"', "'", '...', 'KEY', 'xxx'],
    );
    fc.assert(
      fc.property(anyLetters, looks, anyLetters, (before, middle, after) => {
        const secret = `a${before}${middle}${after}z`;
        const inUrl = encodeURI(secret).replace(/[#[\]/?:%]/g, encodeURIComponent);
        expect(problemsOf({ METRICS_TOKEN: secret, WEBHOOK_SECRET: secret })).toEqual({});
        expect(problemsOf({ DATABASE_URL: `postgres://shop:${inUrl}@db/shop` })).toEqual({});
        const bare = secret.replaceAll(/[%[\]#]/g, '');
        expect(problemsOf({ DATABASE_URL: `postgres://shop:${bare}@db/shop` })).toEqual({});
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ['DATABASE_URL', 'postgres://shop:%3Cpassword%3E@db/shop'],
    ['DATABASE_URL', 'postgres://shop:changeme@db/shop'],
    ['PUBLIC_URL', 'https://static.1.2.0.192.clients.your-server.de'],
    ['PUBLIC_URL', 'https://your-pizza.example'],
  ])('takes %s=%s', (name, value) => {
    expect(problemsOf({ [name]: value })).toEqual({});
  });

  it.each([
    ['HOST', '0.0.0.0:3000', /address alone: 0\.0\.0\.0; the port stands in PORT/],
    ['HOST', '[::1]', /address alone: ::1/],
    ['DATA_DIR', '~/data', /only a shell fills in/],
    ['CHAINS_FILE', '~shop/chains.yaml', /only a shell fills in/],
    ['DATABASE_CA_FILE', '~/ca.pem', /only a shell fills in/],
    ['HOST', '256.1.1.1', /must be an IP address/],
    ['PUBLIC_URL', 'https://shop:hunter2@pay.example', /user or password/],
    ['PUBLIC_URL', 'https://pay.example/x?y=1', /query or fragment/],
    ['PUBLIC_URL', 'https://pay.example/#pay', /query or fragment/],
    ['PUBLIC_URL', 'https://shop.example/crypto', /a host of its own/],
    ['WEBHOOK_PROXY_URL', 'http://proxy:3128/path', /behind its host and port/],
    ['WEBHOOK_URL', 'https://shop.example/hook#1', /fragment/],
    ['SWEEP_SCHEDULE', '0 0 30 2 *', /never comes/],
    ['WEBHOOK_RETRY_SCHEDULE', '5s,,5m', /comma with no duration/],
    ['WEBHOOK_RETRY_SCHEDULE', '0s', /from 1ms to 30d/],
    ['WEBHOOK_RETRY_SCHEDULE', '500d', /from 1ms to 30d/],
  ])('refuses what cannot be meant: %s=%s', (name, value, words) => {
    expect(problemsOf({ [name]: value })[name]).toMatch(words);
    expect(problemsOf({ [name]: value })[name]).not.toContain('hunter2');
  });

  it.each([
    ['HOST', '::1'],
    ['HOST', 'localhost'],
    ['PUBLIC_URL', 'https://pay.example/'],
    ['WEBHOOK_PROXY_URL', 'http://user:hunter2@proxy:3128'],
    ['SWEEP_SCHEDULE', '0 0 29 2 *'],
    ['WEBHOOK_RETRY_SCHEDULE', '5s, 5m'],
  ])('takes what can: %s=%s', (name, value) => expect(problemsOf({ [name]: value })).toEqual({}));

  it('refuses an xpub with any one character changed, which would be the key of a wallet that nobody has', () => {
    const xpub = account.neuter().extendedKey;
    for (let at = 4; at < xpub.length; at += 3) {
      const other = xpub[at] === 'A' ? 'B' : 'A';
      const { XPUB: problem } = problemsOf({ XPUB: xpub.slice(0, at) + other + xpub.slice(at + 1) });
      expect(problem).toMatch(/checksum is wrong|no BIP-32|depth/);
    }
  });

  it('takes the xpub of the account or of its external chain, and of nothing else', () => {
    expect(problemsOf({ XPUB: account.neuter().extendedKey })).toEqual({});
    expect(problemsOf({ XPUB: account.derivePath('0').neuter().extendedKey })).toEqual({});
    expect(problemsOf({ XPUB: account.derivePath('0/0').neuter().extendedKey }).XPUB).toMatch(/depth 5/);
  });

  it('does not choose between MNEMONIC and XPUB', () => {
    expect(Object.keys(problemsOf({ MNEMONIC: OWN_MNEMONIC, XPUB: account.neuter().extendedKey }))).toEqual([
      'MNEMONIC',
    ]);
  });

  it('asks for the checksum of the treasury', () => {
    expect(problemsOf({ TREASURY_ADDRESS: account.address.toLowerCase() }).TREASURY_ADDRESS).toContain(
      account.address,
    );
    expect(problemsOf({ TREASURY_ADDRESS: account.address })).toEqual({});
    for (const lost of [`0x${'0'.repeat(40)}`, `0x${'0'.repeat(39)}1`]) {
      expect(problemsOf({ TREASURY_ADDRESS: lost }).TREASURY_ADDRESS).toContain('money sent there is lost');
    }
  });

  describe('secrets from files', () => {
    const folder = mkdtempSync(join(tmpdir(), 'quittance-secrets-'));
    const file = join(folder, 'mnemonic');
    writeFileSync(file, `${OWN_MNEMONIC}\n`);

    it('reads the file, without its last line break', () => {
      expect(loadSettings({ MNEMONIC_FILE: file }).mnemonic).toBe(OWN_MNEMONIC);
    });

    it('takes a quotation mark at one end for a part of the secret, which the setting itself says', () => {
      const token = '"kQ3x0token9Zw1pL7';
      writeFileSync(join(folder, 'token'), token);
      expect(problemsOf({ METRICS_TOKEN: token }).METRICS_TOKEN).toMatch(
        /begins with a quotation mark; .* a file where it is part of it: METRICS_TOKEN_FILE/,
      );
      expect(loadSettings({ METRICS_TOKEN_FILE: join(folder, 'token') }).metricsToken).toBe(token);
    });

    it.each(['"kQ3x0token9Zw1pL7"', '<token>', 'kQ3x0token\u200b9Zw1pL7'])(
      'refuses %p there as well',
      (content) => {
        writeFileSync(join(folder, 'wrong'), content);
        expect(problemsOf({ METRICS_TOKEN_FILE: join(folder, 'wrong') }).METRICS_TOKEN).toMatch(
          /METRICS_TOKEN_FILE names .*, whose content has/,
        );
      },
    );

    it('refuses a secret given both ways, a missing file and an empty one', () => {
      writeFileSync(join(folder, 'empty'), '\n');
      expect(problemsOf({ MNEMONIC: JUNK, MNEMONIC_FILE: file }).MNEMONIC).toMatch(/keep one/);
      expect(problemsOf({ MNEMONIC_FILE: join(folder, 'none') }).MNEMONIC).toMatch(
        /cannot be read \(ENOENT\)/,
      );
      expect(problemsOf({ MNEMONIC_FILE: join(folder, 'empty') }).MNEMONIC).toMatch(/empty/);
    });
  });

  describe('in production', () => {
    it('starts with chains, an xpub and an encryption key', () => {
      expect(loadSettings(production)).toMatchObject({
        nodeEnv: 'production',
        webhookAllowPrivateNetworks: false,
      });
    });

    it('wants a wallet only where addresses are made or money is moved', () => {
      const problems = (ROLES: string) => problemsOf({ ...production, XPUB: '', ROLES });
      expect(problems('scanner,worker')).toEqual({});
      expect(Object.keys(problems('api'))).toEqual(['XPUB']);
      expect(Object.keys(problems('sweeper'))).toEqual(['XPUB']);
    });

    it('refuses keys that everybody has, and takes those of chance', () => {
      const anvil = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';
      const low = `0x${'1'.padStart(64, '0')}`;
      for (const name of ['GAS_TANK_PRIVATE_KEY', 'PAYOUT_PRIVATE_KEY']) {
        for (const key of [anvil, low])
          expect(problemsOf({ ...production, [name]: key })[name]).toMatch(/published test key/);
        expect(problemsOf({ ...production, [name]: `0x${'7a'.repeat(32)}` })).toEqual({});
        expect(problemsOf({ [name]: anvil })).toEqual({});
      }
      const TREASURY_ADDRESS = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
      const hot = { ...production, XPUB: '', MNEMONIC: OWN_MNEMONIC };
      expect(problemsOf({ ...hot, TREASURY_ADDRESS }).TREASURY_ADDRESS).toMatch(/published test account/);
      const zeros = Buffer.alloc(32).toString('base64');
      expect(problemsOf({ ...production, ENCRYPTION_KEY: `new:${KEY},old:${zeros}` }).ENCRYPTION_KEY).toMatch(
        /zeros/,
      );
    });

    it('does not miss besides what is given and cannot be read', () => {
      const XPUB_FILE = join(tmpdir(), 'none-of-ours');
      const environment = { ...production, XPUB: '', XPUB_FILE };
      const read = () => loadSettings(environment);
      expect(read).toThrow(/^1 problem in the configuration:\n {2}XPUB: XPUB_FILE names .* cannot be read/);
    });

    it('makes nothing up', () => {
      expect(Object.keys(problemsOf({ NODE_ENV: 'production' }))).toEqual([
        'CHAINS_FILE',
        'DATABASE_URL',
        'XPUB',
        'ENCRYPTION_KEY',
      ]);
    });

    it.each([
      JUNK,
      'legal winner thank year wave sausage worth useful legal winner thank yellow',
      'scheme spot photo card baby mountain device kick cradle pact join borrow',
    ])('refuses the published words %s, however they are spaced, and their xpubs', (words) => {
      expect(problemsOf({ ...production, XPUB: '', MNEMONIC: `${words} ` }).MNEMONIC).toMatch(/stolen/);
      const published = HDNodeWallet.fromPhrase(words, undefined, "m/44'/60'/0'").neuter();
      for (const { extendedKey } of [published, published.deriveChild(0)]) {
        expect(problemsOf({ ...production, XPUB: extendedKey }).XPUB).toMatch(/published test words/);
        expect(problemsOf({ XPUB: extendedKey })).toEqual({});
      }
    });

    it.each([
      [undefined, /must be given/],
      ['short', /24 bytes/],
      [`whsec_${Buffer.alloc(16).toString('base64')}`, /24 to 64 bytes|24 bytes/],
    ])('wants a webhook secret of 24 bytes, not %p', (secret, why) => {
      const problems = problemsOf({
        ...production,
        WEBHOOK_URL: 'https://shop.example/hook',
        WEBHOOK_SECRET: secret,
      });
      expect(problems.WEBHOOK_SECRET).toMatch(why);
    });

    it('wants https for webhooks', () => {
      const webhook = { WEBHOOK_URL: 'http://shop.example/hook', WEBHOOK_SECRET: 'x'.repeat(24) };
      expect(Object.keys(problemsOf({ ...production, ...webhook }))).toEqual(['WEBHOOK_URL']);
    });
  });
});
