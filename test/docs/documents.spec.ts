import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { fillReadme } from './readme.js';
import { envExample } from './settings-table.js';

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
});
