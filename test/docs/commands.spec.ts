import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { runCommand } from '../harness/terminal.js';

const ROOT = join(import.meta.dirname, '../..');
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];

/** Command lines of ours in code, from the name of the command on: `quittance …`, or `npm run quittance -- …`. */
function commandLines(text: string): string[][] {
  const code = [...text.matchAll(/```sh\n([\s\S]*?)```|`([^`\n]+)`/g)].flatMap(([, block, inline]) =>
    (block ?? inline ?? '').split('\n'),
  );
  return code.flatMap((line) => {
    const [, rest] =
      /(?:^|\s)(?:npm run quittance --|quittance) (?!quittance )([a-z].*)$/.exec(line.replace(/ #.*$/, '')) ??
      [];
    return rest === undefined ? [] : [rest.split(/[;&|]/)[0]?.trim().split(/\s+/) ?? []];
  });
}

/** The command itself, without its arguments. */
const nameOf = (words: string[]) => {
  const end = words.findIndex((word) => !/^[a-z][a-z-]*$/.test(word));
  return words.slice(0, end === -1 ? words.length : end).slice(0, 2);
};

describe('the commands that documents name', () => {
  const named = PAGES.flatMap((page) =>
    commandLines(readFileSync(join(ROOT, page), 'utf8')).map((words) => ({ page, words })),
  );

  it('are many', () => {
    expect(named.length).toBeGreaterThan(40);
  });

  it('exist, with the options that are given to them', async () => {
    const helps = new Map<string, ReturnType<typeof runCommand>>();
    const help = (name: string[]) => {
      const known = helps.get(name.join(' '));
      const asked = known ?? runCommand([...name, '--help'], {});
      helps.set(name.join(' '), asked);
      return asked;
    };
    for (const { page, words } of named) {
      const name = nameOf(words);
      const { out, err } = await help(name);
      const wanted = words.flatMap((word) => /^\[?(--[a-z-]+)/.exec(word)?.[1] ?? []);
      const usage = new RegExp(`Usage: quittance ${name.join(' ')}\\b`);
      const missing = wanted.filter((option) => !out.includes(option));
      expect({ page, words: words.join(' '), isKnown: usage.test(out), missing, err }).toEqual({
        page,
        words: words.join(' '),
        isKnown: true,
        missing: [],
        err: '',
      });
    }
  });
});
