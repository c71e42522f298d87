import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import knownToBrowsers from '../../web/lint/known-to-browsers.mjs';

const ROOT = join(import.meta.dirname, '../..');

function complaintsOf(code: string): (string | undefined)[] {
  const linter = new Linter({ cwd: ROOT });
  const parser = tseslint.parser as Linter.Parser;
  const parserOptions = { projectService: true, tsconfigRootDir: ROOT };
  const plugins = { browsers: { rules: { known: knownToBrowsers } } };
  const rules = { 'browsers/known': 'error' as const };
  const config = [{ files: ['**/*.ts'], languageOptions: { parser, parserOptions }, plugins, rules }];
  const found = linter.verify(code, config, { filename: join(ROOT, 'web/checkout/elements.ts') });
  return found.map(({ message }) => message.split(' came')[0]);
}

it('the linter finds what the oldest browsers do not have, however it is reached, and nothing else', () => {
  expect(
    complaintsOf(`
      const made = document.createElement('p');
      made.replaceChildren(document.body.closest('p') ?? 'none');
      const { replaceChildren } = made;
      export const both = (one: HTMLElement | null) => one?.['replaceChildren'];
      export const signal: AbortSignal = AbortSignal.timeout(1);
      export const copy = structuredClone({ replaceChildren, timeout: 1 });
      document.body.append(copy.timeout + String(new AbortController().signal.aborted));
    `),
  ).toEqual([
    'Element.replaceChildren',
    'Element.replaceChildren',
    'Element.replaceChildren',
    'AbortSignal.timeout',
    'structuredClone',
  ]);
});
