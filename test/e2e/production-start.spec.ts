import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hasRedis, startRedis } from '../harness/redis.js';
import { addressAt, logEvents, ProductionWorld } from '../harness/production-world.js';
import { QuittanceProcess } from '../harness/quittance-process.js';
import { waitFor } from '../harness/wait-for.js';

/** What libraries, Node and mistakes of ours may write or throw, once it is asked for. */
const ODD_COMPANY = `
process.once('SIGUSR2', () => {
  console.log('two\\nlines');
  console.error(new Error('of a library'));
  process.stderr.write('in two ');
  process.stderr.write('parts\\n');
  process.emitWarning('an old way', 'DeprecationWarning', 'DEP9999');
  setImmediate(() => Promise.reject(new Error('at postgres://user:hunter2@host/x')));
});`;

let world: ProductionWorld;
beforeAll(async () => {
  world = await ProductionWorld.start();
});
afterAll(() => world?.stop());

describe('a start in production', () => {
  it('wants to be told which database, were it the embedded one', async () => {
    const { DATABASE_URL, ...misspelt } = world.settings;
    const [event] = logEvents(await world.refused({ ...misspelt, DATABSE_URL: String(DATABASE_URL) }));
    expect(event).toMatchObject({ level: 'fatal', msg: 'did not start' });
    expect(event?.reason).toMatch(/DATABASE_URL: must name your database .* DATABASE_URL=embedded/);
  });

  it('says in one line what it runs on, and writes nothing but JSON', async () => {
    const running = await QuittanceProcess.start(world.folder.path, world.settings);
    expect(await running.end()).toBe(0);
    const { host, pathname, password } = new URL(world.database.url);
    expect(logEvents(running.output).find(({ msg }) => msg === 'started')).toMatchObject({
      level: 'info',
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      roles: ['api', 'scanner', 'worker', 'sweeper'],
      database: { kind: 'external', host, name: pathname.slice(1) },
      queue: { kind: 'postgres' },
      wallet: addressAt(0).toLowerCase(),
      chains: [{ name: 'testchain', chain_id: 31_337, state: 'ready' }],
    });
    expect(running.output).not.toContain(password);
    expect(running.output).not.toContain(world.settings.XPUB);
  });

  it('writes nothing but JSON whatever libraries, Node and errors that nobody caught have to say', async () => {
    const odd = join(world.folder.path, 'odd.mjs');
    writeFileSync(odd, ODD_COMPANY);
    const redis = hasRedis() ? await startRedis(undefined, ['--maxmemory-policy', 'allkeys-lru']) : null;
    try {
      const running = await QuittanceProcess.start(world.folder.path, {
        ...world.settings,
        NODE_OPTIONS: `--import ${pathToFileURL(odd).href}`,
        DEBUG: 'ioredis:*',
        LOG_LEVEL: 'trace',
        METRICS_TOKEN: 'metrics-of-the-operator',
        ...(redis && { REDIS_URL: redis.url }),
      });
      running.signal('SIGUSR2');
      await waitFor('the process to end', () => running.hasEnded);
      expect(await running.end()).toBe(1);
      const told = logEvents(running.output);
      for (const event of told) expect(event).toEqual(expect.objectContaining({ level: expect.any(String) }));
      const by = (context: string) => told.filter((event) => event.context === context);
      expect(by('console').map(({ msg }) => msg)).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/^two\nlines$/),
          expect.stringMatching(/of a library/),
        ]),
      );
      expect(by('stderr').map(({ msg }) => msg)).toContain('in two parts');
      expect(by('node').at(0)).toMatchObject({ warning: 'DeprecationWarning', msg: 'an old way' });
      expect(told.at(-1)).toMatchObject({
        level: 'fatal',
        msg: 'ended by an error that nobody caught',
        err: { message: 'at postgres://[redacted]@host/x' },
      });
      if (redis) expect(running.output).toContain('Eviction policy is allkeys-lru');
    } finally {
      await redis?.stop();
    }
  });
});
