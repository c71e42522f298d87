/** Compiles src into dist, and puts beside it what is not TypeScript. */
import { spawnSync } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { extname, join } from 'node:path';

const root = import.meta.dirname;
const compiler = join(root, 'node_modules/@typescript/native/bin/tsc');
const { status } = spawnSync(process.execPath, [compiler, '-p', join(root, 'tsconfig.build.json')], {
  stdio: 'inherit',
});
if (status !== 0) process.exit(1);

const isCopied = (path) => ['', '.json', '.sol'].includes(extname(path));
await cp(join(root, 'src'), join(root, 'dist'), { recursive: true, filter: isCopied });
