import { describe, expect, it } from '@jest/globals';
import { environmentProblems } from './environment-names.js';

const problems = (environment: Record<string, string>, isProduction = true) =>
  Object.fromEntries(environmentProblems(environment, isProduction).map(({ name, what }) => [name, what]));

describe('names of the environment in production', () => {
  it.each([
    ['DATABSE_URL', 'DATABASE_URL'],
    ['DATABASE_URL_FIEL', 'DATABASE_URL_FILE'],
    ['DATABASE_URI', 'DATABASE_URL'],
    ['database_url', 'DATABASE_URL'],
    ['REDIS_ULR', 'REDIS_URL'],
    ['REDIS_URL_FILES', 'REDIS_URL_FILE'],
    ['XPUB_FIL', 'XPUB_FILE'],
    ['XPUBS', 'XPUB'],
    ['CHAIN_FILE', 'CHAINS_FILE'],
    ['WEBHOOK_SECERT', 'WEBHOOK_SECRET'],
    ['WEBHOOK_SECERT_FILE', 'WEBHOOK_SECRET_FILE'],
    ['PUBLIC_ULR', 'PUBLIC_URL'],
    ['TREASURY_ADRESS', 'TREASURY_ADDRESS'],
    ['METRIC_TOKEN', 'METRICS_TOKEN'],
    ['ROLE', 'ROLES'],
    ['NODE_EVN', 'NODE_ENV'],
    ['QUITTANCE_DATABASE_URL', 'DATABASE_URL'],
    ['DB_URL', 'DATABASE_URL'],
    ['DB_URI', 'DATABASE_URL'],
    ['POSTGRES_URL', 'DATABASE_URL'],
    ['POSTGRESQL_URI', 'DATABASE_URL'],
    ['PG_CONNECTION_STRING', 'DATABASE_URL'],
    ['DATABASE_DSN', 'DATABASE_URL'],
    ['DB_CONNECTION_STRING_FILE', 'DATABASE_URL_FILE'],
    ['POSTGRES_CA_FILE', 'DATABASE_CA_FILE'],
    ['VALKEY_URL', 'REDIS_URL'],
    ['SEED_PHRASE', 'MNEMONIC'],
    ['EXTENDED_PUBLIC_KEY', 'XPUB'],
    ['XPUB_PATH', 'XPUB_FILE'],
    ['NETWORKS_FILE', 'CHAINS_FILE'],
    ['CALLBACK_URL', 'WEBHOOK_URL'],
    ['EXTERNAL_URL', 'PUBLIC_URL'],
  ])('%s is taken for %s, which is missing', (name, meant) => {
    expect(problems({ [name]: 'x' })).toEqual({
      [name]: expect.stringContaining(`did you mean ${meant}?`),
    });
  });

  it('that are of others are left alone, and so is one near to a setting that is there, or set to nothing', () => {
    const ofOthers = {
      PATH: '/bin',
      HOSTNAME: 'web-1',
      REDIS_PORT: 'tcp://10.0.0.1:6379',
      REDIS_SERVICE_HOST: '10.0.0.1',
      QUITTANCE_PORT: 'tcp://10.0.0.2:3000',
      QUITTANCE_SERVICE_HOST: '10.0.0.2',
      POSTGRES_PASSWORD: 'x',
      POSTGRES_DB: 'x',
      POSTGRES_PORT: 'tcp://10.0.0.3:5432',
      DB_PORT: '5432',
      VAULT_ADDR: 'https://vault',
      RENDER_EXTERNAL_URL: 'https://x',
      APP_ENV: 'production',
      SEED: '1',
      DATABASE_HOST: 'db',
      LOGLEVEL: 'info',
      NODE_OPTIONS: '--x',
      XDG_DATA_DIRS: '/usr/share',
      KUBERNETES_PORT: '443',
    };
    expect(problems({ ...ofOthers, NODE_ENV: 'production' })).toEqual({});
    expect(problems({ REDIS_URL: 'redis://x', REDIS_URI: 'redis://x' })).toEqual({});
    expect(problems({ REDIS_URL: '', REDIS_URI: 'redis://x' })).toEqual({});
    expect(problems({ DATABASE_URL_FILE: '/x', DATABASE_URI: 'postgres://x' })).toEqual({});
  });

  it('that would have a plain setting come from a file are refused', () => {
    expect(problems({ PUBLIC_URL_FILE: '/x', TREASURY_ADDRESS_FILE: '/x' })).toEqual({
      PUBLIC_URL_FILE: expect.stringContaining('set PUBLIC_URL'),
      TREASURY_ADDRESS_FILE: expect.stringContaining('set TREASURY_ADDRESS'),
    });
  });
});

describe('names of the environment elsewhere', () => {
  it('are left alone, but for what would have made it production', () => {
    expect(problems({ DATABSE_URL: 'x', NODE_EVN: 'production' }, false)).toEqual({
      NODE_EVN: expect.stringContaining('did you mean NODE_ENV?'),
    });
  });

  it.each([
    ['APP_ENV', 'production'],
    ['ENVIRONMENT', 'prod'],
    ['NODE_ENVIRONMENT', 'Production'],
  ])('that speak of production are not passed over where NODE_ENV is missing: %s=%s', (name, value) => {
    expect(problems({ [name]: value }, false)).toEqual({
      [name]: expect.stringContaining('set NODE_ENV=production'),
    });
    expect(problems({ [name]: value, NODE_ENV: 'development' }, false)).toEqual({});
    expect(problems({ [name]: 'staging' }, false)).toEqual({});
  });
});
