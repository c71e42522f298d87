import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COMPILER } from './compiler.js';

/** Node's module hooks: TypeScript of the project is compiled as it is loaded, `@jest/globals` is the runner's. */

const CACHE = join(import.meta.dirname, '../../node_modules/.cache/quittance-tests');
const { version } = createRequire(import.meta.url)('@swc/core/package.json');
const MADE_BY = JSON.stringify([version, COMPILER]);
/** What follows is a fault, as JSON, that a module is imported with: what it imports beside it has it as well. */
const MUTATED = '?mutation=';
/** A fault to make in one file, as `test/mutations` asks for it. */
const MUTATION = process.env.QUITTANCE_MUTATION ? JSON.parse(process.env.QUITTANCE_MUTATION) : null;

export async function initialize() {
  mkdirSync(CACHE, { recursive: true });
}

export async function resolve(specifier, context, next) {
  const { parentURL = '' } = context;
  // The functions belong to one spec file each, so each has a module of its own with them.
  if (specifier === '@jest/globals') {
    return {
      url: new URL(`globals.js?of=${encodeURIComponent(parentURL)}`, import.meta.url).href,
      shortCircuit: true,
    };
  }
  const [parent, mutation] = parentURL.split(MUTATED);
  if (/^\.{1,2}\/.*\.js$/.test(specifier) && parent.endsWith('.ts')) {
    const url = new URL(specifier.replace(/\.js$/, '.ts'), parent);
    const isBeside = mutation !== undefined && specifier.startsWith('./');
    const href = isBeside ? `${url.href}${MUTATED}${mutation}` : url.href;
    if (existsSync(url)) return { url: href, format: 'module', shortCircuit: true };
  }
  return next(specifier, context);
}

export async function load(url, context, next) {
  const [plain, asked] = url.split(MUTATED);
  if (!plain.endsWith('.ts')) return next(url, context);
  const mutation = asked === undefined ? MUTATION : JSON.parse(decodeURIComponent(asked));
  return { format: 'module', shortCircuit: true, source: await compiled(fileURLToPath(plain), mutation) };
}

function sourceOf(file, mutation) {
  const source = readFileSync(file, 'utf8');
  return mutation?.file === file ? source.replace(mutation.find, () => mutation.replace) : source;
}

async function compiled(file, mutation) {
  const source = sourceOf(file, mutation);
  const name = createHash('sha256').update(`${MADE_BY}\n${file}\n${source}`).digest('hex');
  const cached = join(CACHE, name);
  if (existsSync(cached)) return readFileSync(cached, 'utf8');
  // Most runs find all of it compiled, and need no compiler.
  const { transform } = await import('@swc/core');
  const { code } = await transform(source, { ...COMPILER, filename: file, swcrc: false, configFile: false });
  // Other workers see the whole of it or nothing.
  const draft = `${cached}.${process.pid}`;
  writeFileSync(draft, code);
  renameSync(draft, cached);
  return code;
}
