import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { fileWith, readSources } from '../mutations/mutated-file.js';
import { type Mutation, MUTATIONS } from '../mutations/mutations.js';

const ROOT = join(import.meta.dirname, '../..');
const sources = readSources();
const specs = ['src', 'test']
  .flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  .filter((name) => name.endsWith('.spec.ts'));
const ofFault = (find: string): Mutation => ({ fault: 'any', find, replace: '', specs: [] });

describe('the faults that are made on purpose', () => {
  it('can still be made: the text of each stands once in src, and what replaces it is another', () => {
    const wrong = MUTATIONS.flatMap((mutation) => {
      try {
        fileWith(mutation, sources);
        return mutation.find === mutation.replace ? [mutation.fault] : [];
      } catch (error) {
        return [(error as Error).message];
      }
    });
    expect(wrong).toEqual([]);
  });

  it('are looked for by tests that exist, of the quick tier', () => {
    const patterns = new Set(MUTATIONS.flatMap((mutation) => mutation.specs));
    const found = (pattern: string) => specs.filter((name) => new RegExp(pattern).test(name));
    expect([...patterns].filter((pattern) => found(pattern).length === 0)).toEqual([]);
    expect([...patterns].flatMap(found).filter((name) => /^test\/(browser\/)?long\//.test(name))).toEqual([]);
  });

  it('are refused where their text has gone, or stands twice', () => {
    expect(() => fileWith(ofFault('a text that stands nowhere in src'), sources)).toThrow('stands 0 times');
    expect(() => fileWith(ofFault('import {'), sources)).toThrow(/stands \d{3,} times/);
  });
});
