/** Compiles src into dist, and puts beside it what is not TypeScript. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { extname, join } from 'node:path';

const root = import.meta.dirname;
const inModules = (path) => join(root, 'node_modules', path);

// There is a native compiler for all common platforms, not for all of them; TypeScript 6 makes the same of our code.
const native = `@typescript/typescript-${process.platform}-${process.arch}`;
const compiler = existsSync(inModules(native)) ? '@typescript/native/bin/tsc' : 'typescript/bin/tsc';

const { status } = spawnSync(
  process.execPath,
  [inModules(compiler), '-p', join(root, 'tsconfig.build.json')],
  { stdio: 'inherit' },
);
if (status !== 0) process.exit(1);

const isCopied = (path) => ['', '.json', '.sol'].includes(extname(path));
await cp(join(root, 'src'), join(root, 'dist'), { recursive: true, filter: isCopied });
