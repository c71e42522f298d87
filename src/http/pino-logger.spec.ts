import { describe, expect, it } from '@jest/globals';
import { createPino, PinoLogger } from './pino-logger.js';

const KEY = `qk_${'a'.repeat(43)}`;
const URL_WITH_PASSWORD = 'postgres://quittance:hunter2@db.example/q';

/** What `write` logs, a line each, parsed. */
function logged(write: (logger: PinoLogger) => void, level = 'trace'): Record<string, unknown>[] {
  const lines: string[] = [];
  write(new PinoLogger(createPino(level, { write: (line) => void lines.push(line) })));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('PinoLogger', () => {
  it('logs fields, message and context as one event', () => {
    expect(logged((logger) => logger.log({ chain: 'a', block: 7 }, 'scanned', 'Scanner'))).toMatchObject([
      { level: 'info', chain: 'a', block: 7, msg: 'scanned', context: 'Scanner' },
    ]);
    expect(logged((logger) => logger.warn('late', 'Scanner'))).toMatchObject([
      { level: 'warn', msg: 'late', context: 'Scanner' },
    ]);
  });

  it('keeps Nest’s account of its own start-up for debugging', () => {
    expect(logged((logger) => logger.log('started', 'NestApplication'), 'info')).toEqual([]);
  });

  it('logs what happened in an error and where, and nothing that hangs on it', () => {
    const cause = new Error(`connecting to ${URL_WITH_PASSWORD} failed`);
    const error = Object.assign(new TypeError('the query failed', { cause }), {
      code: '23505',
      parameters: ['hunter2'],
      driverError: { detail: 'Failing row contains (hunter2)' },
      config: { headers: { authorization: 'Bearer hunter2' } },
    });
    const [line] = logged((logger) => logger.error({ err: error }, 'request failed', 'Filter'));
    expect(line).toMatchObject({
      err: {
        type: 'TypeError',
        code: '23505',
        message: 'the query failed: connecting to postgres://[redacted]@db.example/q failed',
        stack: expect.stringContaining('pino-logger.spec'),
      },
    });
    expect(JSON.stringify(line)).not.toContain('hunter2');
  });

  it.each<[string, (logger: PinoLogger) => void]>([
    [
      'a field',
      (logger) => logger.log({ mnemonic: 'hunter2', settings: { webhookSecret: 'hunter2' } }, 'a', 'b'),
    ],
    ['a message', (logger) => logger.error(`no answer from ${URL_WITH_PASSWORD}`)],
    ['a stack', (logger) => logger.error('failed', `Error: ${URL_WITH_PASSWORD}\n at x`, 'Context')],
    ['an error', (logger) => logger.error(new Error(URL_WITH_PASSWORD))],
    ['an API key', (logger) => logger.warn(`unknown key ${KEY}`)],
  ])('never logs a secret in %s', (_where, write) => {
    const text = JSON.stringify(logged(write));
    expect(text).toContain('[redacted]');
    expect(text).not.toContain('hunter2');
    expect(text).not.toContain(KEY);
  });
});
