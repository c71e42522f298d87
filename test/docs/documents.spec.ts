import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PROBLEM_CODES } from '../../src/http/problem-codes.js';
import { errorsPage } from './errors-page.js';
import { fillReadme } from './readme.js';
import { envExample } from './settings-table.js';

const SOURCE = join(import.meta.dirname, '../../src');
const read = (file: string) => readFileSync(join(import.meta.dirname, '../..', file), 'utf8');

describe('the documents that `npm run docs:write` fills in', () => {
  it('README.md: settings as the class has them, snippets as they are tested', () => {
    const readme = read('README.md');
    expect(readme).toBe(fillReadme(readme, read));
    expect(readme).toContain('`WEBHOOK_RETRY_SCHEDULE`');
  });

  it('.env.example: settings as the class has them', () => {
    expect(read('.env.example')).toBe(envExample());
  });

  it('docs/errors.md: every code of a problem', () => {
    expect(read('docs/errors.md')).toBe(errorsPage());
  });
});

describe('clients/typescript', () => {
  it('has the version of the server whose document it is made from', () => {
    const versionOf = (file: string) => (JSON.parse(read(file)) as { version: string }).version;
    expect(versionOf('clients/typescript/package.json')).toBe(versionOf('package.json'));
  });
});

describe('the codes of problems', () => {
  it('are all used by the source, and the page lists no other', () => {
    const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' });
    const source = files
      .filter((file) => /(?<!spec)\.ts$/.test(file) && !file.endsWith('problem-codes.ts'))
      .map((file) => readFileSync(join(SOURCE, file), 'utf8'))
      .join('\n');
    expect(Object.keys(PROBLEM_CODES).filter((code) => !source.includes(`'${code}'`))).toEqual([]);
  });
});
