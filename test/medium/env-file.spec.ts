import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { tempFolder } from '../harness/temp-folder.js';
import { envFileProblems } from '../../src/config/env-file.js';

const folder = tempFolder();
afterAll(() => folder.remove());

const problemsOf = (content: string, environment: Record<string, string> = {}) => {
  const file = join(folder.path, '.env');
  writeFileSync(file, content);
  return Object.fromEntries(envFileProblems(file, environment).map(({ name, what }) => [name, what]));
};

describe('a file of settings', () => {
  it('has its misspelt names noticed', () => {
    expect(
      problemsOf('WEBHOOK_ULR=http://x\nDATABSE_URL=postgres://x\nexport ENCRYPTON_KEY_FILE=/k\n'),
    ).toEqual({
      WEBHOOK_ULR: expect.stringMatching(/did you mean WEBHOOK_URL\?/),
      DATABSE_URL: expect.stringMatching(/did you mean DATABASE_URL\?/),
      ENCRYPTON_KEY_FILE: expect.stringMatching(/did you mean ENCRYPTION_KEY_FILE\?/),
    });
  });

  it('has its open quotes noticed', () => {
    expect(problemsOf('WEBHOOK_SECRET="unclosed\nMNEMONIC="one two"\nHOST=127.0.0.1\n')).toEqual({
      WEBHOOK_SECRET: expect.stringMatching(/quote that is not closed/),
    });
  });

  it('has what others call a setting of ours noticed, where that is missing', () => {
    expect(problemsOf('DB_URL=postgres://x\nSEED_PHRASE=x\n')).toEqual({
      DB_URL: expect.stringMatching(/did you mean DATABASE_URL\?/),
      SEED_PHRASE: expect.stringMatching(/did you mean MNEMONIC\?/),
    });
    expect(problemsOf('DB_URL=postgres://x\nDATABASE_URL=postgres://y\n')).toEqual({});
    expect(problemsOf('DB_URL=postgres://x\n', { DATABASE_URL_FILE: '/x' })).toEqual({});
  });

  it('has a setting written twice noticed, with both lines', () => {
    expect(problemsOf('PORT=1\n# PORT=2\n\nexport PORT=3\nTZ=UTC\nTZ=UTC\n')).toEqual({
      PORT: expect.stringMatching(/set twice .*, in line 1 and in line 4; keep one/),
    });
  });

  it.each([
    ['WEBHOOK_SECRET=one#two', /is cut off at its #/],
    ['WEBHOOK_SECRET="one" two', /goes on behind its closing quote/],
    ['WEBHOOK_SECRET="one"two"', /goes on behind its closing quote/],
    ['WEBHOOK_SECRET: one', /write WEBHOOK_SECRET=…/],
    ['WEBHOOK_SECRET one', /line 1 of .*sets nothing/],
    ['set WEBHOOK_SECRET=one', /line 1 of .*sets nothing/],
    ['- WEBHOOK_SECRET=one', /line 1 of .*sets nothing/],
    ['$env:WEBHOOK_SECRET="one"', /line 1 of .*sets nothing/],
  ])('has a value noticed that would not be read as it is written: %s', (line, why) => {
    const problems = problemsOf(`${line}\n`);
    expect(problems).toEqual({ WEBHOOK_SECRET: expect.stringMatching(why) });
    expect(problems.WEBHOOK_SECRET).not.toContain('one');
  });

  it('may be written in every way that is read', () => {
    const ways = [
      'PORT=1',
      ' PORT = 1 ',
      'export PORT=1',
      "PORT='1'",
      'PORT="1" # a port',
      'PORT=1 # a port',
      'PORT=',
    ];
    for (const way of ways) expect(problemsOf(`# PORT one\r\n${way}\r\n`)).toEqual({});
    expect(problemsOf('ENCRYPTION_KEY="a\nHOST b\nc"\n')).toEqual({});
  });

  it('may have names of others', () => {
    expect(
      problemsOf('POSTGRES_PASSWORD=x\nCOMPOSE_PROJECT_NAME=shop\nTZ=UTC\nNODE_OPTIONS=--x\nIMAGE_TAG=1\n'),
    ).toEqual({});
    expect(envFileProblems(join(folder.path, 'none'))).toEqual([]);
  });
});
