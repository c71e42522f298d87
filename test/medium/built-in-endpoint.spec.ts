import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadSettings } from '../../src/config/load-settings.js';
import { BUILT_IN_ENDPOINT_ID, BuiltInEndpoint } from '../../src/webhooks/endpoints/built-in-endpoint.js';
import { EndpointSecrets } from '../../src/webhooks/endpoints/endpoint-secrets.js';
import { type SealedSecret, WebhookEndpoint } from '../../src/webhooks/endpoints/webhook-endpoint.entity.js';
import { createDatabase, type TestDatabase } from '../harness/database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database?.drop());

describe('the endpoint of WEBHOOK_URL', () => {
  const started = async (environment: Record<string, string>, nodeEnv: 'production' | 'development') => {
    const settings = Object.assign(loadSettings(environment), { nodeEnv });
    const catalogue = { requireTypes: () => undefined };
    await new BuiltInEndpoint(settings, database.dataSource, catalogue as never).onModuleInit();
    const row = await database.dataSource.manager.findOneBy(WebhookEndpoint, { id: BUILT_IN_ENDPOINT_ID });
    return row !== null && row.deletedAt === null;
  };
  const WEBHOOK_URL = 'https://shop.example/hook';

  it('is there until it is ended by name, and not until one process of several lacks it', async () => {
    expect(await started({}, 'production')).toBe(false);
    expect(await started({ WEBHOOK_URL }, 'production')).toBe(true);
    expect(await started({}, 'production')).toBe(true);
    expect(await started({ WEBHOOK_URL: 'none' }, 'production')).toBe(false);
    expect(await started({ WEBHOOK_URL }, 'production')).toBe(true);
  });

  it('ends in development with the setting, where there is one process', async () => {
    expect(await started({ WEBHOOK_URL }, 'development')).toBe(true);
    expect(await started({}, 'development')).toBe(false);
  });
});

describe('secrets that overlap', () => {
  it('are few, however often they are rotated: a longer signature would be refused', () => {
    const sealer = { seal: (text: string) => ({ key: 'k', sealed: text }), open: () => '' };
    const secrets = new EndpointSecrets({} as never, sealer as never);
    const now = new Date('2026-11-27T12:00:00Z');
    let kept: SealedSecret[] = [{ ...sealer.seal('first'), expires_at: null } as unknown as SealedSecret];
    for (let times = 0; times < 20; times += 1)
      kept = secrets.rotated(kept, { overlapMs: 3_600_000, given: `secret ${times}`, now }).secrets;
    expect(kept.map((one) => (one as unknown as { sealed: string }).sealed)).toEqual([
      'secret 19',
      'secret 18',
      'secret 17',
    ]);
    expect(kept.map(({ expires_at }) => expires_at !== null)).toEqual([false, true, true]);
    expect(secrets.rotated(kept, { overlapMs: 0, now }).secrets).toHaveLength(1);
  });
});
