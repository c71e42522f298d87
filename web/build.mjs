/**
 * Builds what browsers load into dist/web. Names carry a hash of the content, so that a browser may keep a file for
 * ever; manifest.json says which is the current one. quittance.js keeps its name, since shops write it into their pages.
 *
 * esbuild rather than Vite: 0.2 s against 1.8 s for the same bytes (1.1 kB gz of quittance.js), and it is installed with
 * tsx already, where Vite brings 15 packages of 35 MB.
 */
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { BUILD_TARGET } from './browsers.mjs';

const source = join(import.meta.dirname, 'checkout');
const target = join(import.meta.dirname, '../dist/web/checkout');

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });

const shared = {
  bundle: true,
  minify: true,
  target: BUILD_TARGET,
  legalComments: 'none',
  logLevel: 'warning',
};

const { metafile } = await build({
  ...shared,
  entryPoints: { pay: join(source, 'pay.ts'), style: join(source, 'styles/pay.css') },
  format: 'esm',
  entryNames: '[name]-[hash]',
  outdir: target,
  metafile: true,
});
const manifest = {};
for (const file of Object.keys(metafile.outputs)) {
  const name = basename(file);
  manifest[name.replace(/-[A-Z0-9]{8}(?=\.)/, '')] = name;
}
await writeFile(join(target, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);

await build({
  ...shared,
  entryPoints: [join(source, 'embed/quittance.ts')],
  format: 'iife',
  outfile: join(target, 'quittance.js'),
});
await cp(join(source, 'languages'), join(target, 'languages'), { recursive: true });
