import { describe, expect, it } from '@jest/globals';
import { fastify } from 'fastify';
import { tellOfUntrustedProxies } from './untrusted-proxy.js';

/** What the log of an app says of requests with these headers, all from 127.0.0.1. */
async function saidOf(trustProxy: string[] | false, ...requests: Record<string, string>[]) {
  const lines: string[] = [];
  const app = fastify({
    trustProxy,
    logger: { level: 'warn', stream: { write: (line) => void lines.push(line) } },
  });
  tellOfUntrustedProxies(app);
  app.get('/', () => ({}));
  for (const headers of requests) await app.inject({ url: '/', headers });
  await app.close();
  return lines.map((line) => JSON.parse(line) as { peer: string; msg: string });
}

describe('a proxy in front', () => {
  it('that nobody named is told of, once an hour', async () => {
    const through = { 'x-forwarded-for': '203.0.113.7' };
    const said = await saidOf(false, {}, through, through);
    expect(said).toEqual([
      expect.objectContaining({ peer: '127.0.0.1', msg: expect.stringMatching(/TRUSTED_PROXIES/) }),
    ]);
    expect(await saidOf(['10.0.0.0/8'], through)).toHaveLength(1);
    expect(await saidOf(false, { forwarded: 'for=203.0.113.7' })).toHaveLength(1);
  });

  it('that is named is not', async () => {
    expect(await saidOf(['127.0.0.1'], { 'x-forwarded-for': '203.0.113.7' })).toEqual([]);
  });

  it('is not seen where there is none', async () => {
    expect(await saidOf(false, {})).toEqual([]);
  });
});
