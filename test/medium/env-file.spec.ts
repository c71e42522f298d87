import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { tempFolder } from '../harness/temp-folder.js';
import { envFileProblems } from '../../src/config/env-file.js';

const folder = tempFolder();
afterAll(() => folder.remove());

const problemsOf = (content: string) => {
  const file = join(folder.path, '.env');
  writeFileSync(file, content);
  return Object.fromEntries(envFileProblems(file).map(({ name, what }) => [name, what]));
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

  it('may have names of others', () => {
    expect(
      problemsOf('POSTGRES_PASSWORD=x\nCOMPOSE_PROJECT_NAME=shop\nTZ=UTC\nNODE_OPTIONS=--x\nIMAGE_TAG=1\n'),
    ).toEqual({});
    expect(envFileProblems(join(folder.path, 'none'))).toEqual([]);
  });
});
