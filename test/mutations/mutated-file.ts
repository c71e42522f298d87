import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Mutation } from './mutations.js';

const SRC = join(import.meta.dirname, '../../src');

/** By file. */
export type Sources = ReadonlyMap<string, string>;

/** All of `src` but its tests. */
export function readSources(): Sources {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
    .map((name) => join(SRC, name));
  return new Map(files.map((file) => [file, readFileSync(file, 'utf8')]));
}

/** The only file in which the text of a fault stands, once. @throws Error */
export function fileWith({ fault, find }: Mutation, sources: Sources): string {
  const places = [...sources].flatMap(([file, text]) =>
    Array<string>(text.split(find).length - 1).fill(file),
  );
  const [file] = places;
  if (places.length !== 1 || file === undefined)
    throw new Error(`"${fault}": its text stands ${places.length} times in src, and not once:\n${find}`);
  return file;
}
