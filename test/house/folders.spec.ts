import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const SRC = join(import.meta.dirname, '../../src');
/** It lists the entities of every folder. */
const DATA_SOURCE = join('database', 'data-source.ts');
const IMPORTED = /(?:from|import|import\()\s*'(\.[^']+)'/g;

/** The folders right below src, and which others the files in them (and in their rooms) import from. */
function foldersOfSrc(): Map<string, Set<string>> {
  const needs = new Map<string, Set<string>>();
  for (const file of readdirSync(SRC, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || file.endsWith('.spec.ts') || file === DATA_SOURCE) continue;
    const [folder, ...rest] = file.split(sep);
    if (folder === undefined || rest.length === 0) continue;
    const needed = needs.get(folder) ?? new Set();
    for (const [, specifier] of readFileSync(join(SRC, file), 'utf8').matchAll(IMPORTED)) {
      const [other = ''] = relative(SRC, join(SRC, dirname(file), specifier ?? '')).split(sep);
      if (other !== folder) needed.add(other);
    }
    needs.set(folder, needed);
  }
  return needs;
}

/** @returns the way from the folder back to itself; null when there is none */
function circleOf(folder: string, needs: Map<string, Set<string>>): string[] | null {
  const paths = [[folder]];
  const seen = new Set<string>();
  for (const path of paths) {
    for (const next of needs.get(path.at(-1) ?? '') ?? []) {
      if (next === folder) return [...path, next];
      if (seen.has(next)) continue;
      seen.add(next);
      paths.push([...path, next]);
    }
  }
  return null;
}

describe('the folders of src, with the rooms inside them', () => {
  it('do not need each other in a circle', () => {
    const needs = foldersOfSrc();
    expect(needs.get('payments')).toContain('events');
    const circles = [...needs.keys()].map((folder) => circleOf(folder, needs)?.join(' → '));
    expect(circles.filter((circle) => circle !== undefined)).toEqual([]);
  });
});
