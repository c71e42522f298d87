import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';

const SRC = join(import.meta.dirname, '../../src');
const MOST = 6;

interface Constructor {
  file: string;
  name: string;
  takes: number;
}

function constructorsIn(file: string, text: string): Constructor[] {
  const found: Constructor[] = [];
  const visit = (node: ts.Node) => {
    if (ts.isConstructorDeclaration(node)) {
      const name = node.parent.name?.text ?? 'a class without a name';
      found.push({ file, name, takes: node.parameters.length });
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return found;
}

const all = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
  .flatMap((file) => constructorsIn(file, readFileSync(join(SRC, file), 'utf8')));

describe('the classes of src', () => {
  it(`take no more than ${MOST} dependencies: with more it is two classes`, () => {
    expect(all.length).toBeGreaterThan(100);
    const large = all.filter(({ takes }) => takes > MOST);
    expect(large).toEqual([]);
  });

  it('are counted, also those inside of functions', () => {
    const text = 'class A { constructor(a: B, b: C) {} } const d = () => class E { constructor(f: G) {} };';
    expect(constructorsIn('x.ts', text).map(({ name, takes }) => [name, takes])).toEqual([
      ['A', 2],
      ['E', 1],
    ]);
  });
});
