/**
 * Puts what `nest build` compiled into dist/compiled, and the libraries it uses, into one file each: dist/main.js, the
 * server; dist/logo-worker.js; dist/verify.js, for receivers. Node takes 3 s of CPU to find and load the four thousand
 * modules of the server, and 1 s to load this one.
 *
 * The command line stays as it was compiled, since a command loads only what it needs. (esbuild's `splitting` would give
 * each its chunks, but runs modules in another order than Node, and Nest's do not bear that.) What a library finds by a
 * path stays where it is, too: node_modules is needed beside dist.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';

const project = join(import.meta.dirname, '..');
const compiled = join(project, 'dist/compiled');
const target = join(project, 'dist');

/** Loaded from node_modules: they find files of their own, or are for features that Quittance does not use. */
const EXTERNAL = [
  'swagger-ui-dist',
  'tiny-secp256k1',
  // Of Nest.
  '@fastify/multipart',
  '@fastify/view',
  '@nestjs/microservices',
  '@nestjs/platform-express',
  '@nestjs/websockets',
  'class-transformer/storage',
  // Of pg, ws and BullMQ.
  '@valkey/valkey-glide',
  'bufferutil',
  'pg-native',
  'utf-8-validate',
];

/** Modules that look for others as they are loaded; here they are looked for now. */
const LISTS = {
  'database/all-migrations.js': { name: 'migrations', folder: 'migrations', files: /^\d+-[\w-]+\.js$/ },
  'webhooks/handlers/all-handlers.js': { name: 'handlers', folder: '.', files: /\.handler\.js$/ },
};

/** A map of nothing, so that ours are of Quittance alone: those of libraries would be ten times as long. */
const NO_MAP = `\n//# sourceMappingURL=data:application/json;base64,${btoa('{"version":3,"sources":[""],"mappings":"A"}')}`;

/** What a module of node_modules has, and one of a bundle has not: its path, and `require` in an ES module. */
const HEAD = `
import { createRequire as __createRequire } from 'node:module';
import { fileURLToPath as __fileURLToPath } from 'node:url';
const require = __createRequire(import.meta.url);
const __inProject = (path) => __fileURLToPath(import.meta.url.slice(0, import.meta.url.lastIndexOf('/dist/') + 1) + path);
`.trim();

async function listOf(module) {
  const { name, folder, files } = LISTS[module];
  const from = join(compiled, dirname(module), folder);
  const found = (await readdir(from)).filter((file) => files.test(file)).sort();
  if (found.length === 0) throw new Error(`${from} has none of the ${name}; is it compiled?`);
  const imports = found.map((file, index) => `import * as _${index} from './${join(folder, file)}';`);
  const all = found.map((_, index) => `...Object.values(_${index})`);
  return `${imports.join('\n')}\nexport const ${name} = [${all.join(', ')}];\n`;
}

/**
 * Modules in one file cannot have classes of the same name, so that esbuild renames some: but Nest, TypeORM, the OpenAPI
 * document and the logs go by a class's name, which is kept here. (esbuild's `keepNames` does so for every function,
 * each time it is made, which costs more.)
 */
function keepClassNames(code) {
  const pattern = /^([^'"`\n]*?)\bclass (\w+)((?:\s+extends\s+[\w.$]+(?:\([\w.$, ]*\))?)?\s*\{)/gm;
  return code.replace(pattern, (whole, before, name, rest) =>
    name === 'extends' || /\/\/|\*/.test(before)
      ? whole
      : `${before}class ${name}${rest} static { Object.defineProperty(this, 'name', { value: '${name}', configurable: true }); }`,
  );
}

/** An import of a CommonJS module is run after those of ES modules, and decorators need this one before. */
function withReflection(code) {
  return isModule(code) && /\bReflect\.\w*metadata\b/i.test(code)
    ? `import 'reflect-metadata';${code}`
    : code;
}

function isModule(code) {
  return /^(import|export)\b/m.test(code);
}

function fromNodeModules(code, path) {
  const file = relative(project, path);
  // Of its own, it would load from node_modules what is in the bundle already, a second time.
  if (isModule(code))
    return withReflection(code).replace(/^const require = createRequire\(import\.meta\.url\);$/m, '');
  if (!/\b__(dirname|filename)\b/.test(code)) return code;
  return `var __filename = __inProject('${file}'), __dirname = __inProject('${dirname(file)}');${code}`;
}

const modules = {
  name: 'modules of a bundle',
  setup({ onLoad }) {
    onLoad({ filter: /\.(js|cjs|mjs)$/ }, async ({ path }) => {
      const ours = relative(compiled, path);
      if (ours in LISTS) return { contents: await listOf(ours), resolveDir: dirname(path) };
      const code = await readFile(path, 'utf8');
      if (!ours.startsWith('..')) return { contents: keepClassNames(withReflection(code)) };
      return { contents: keepClassNames(fromNodeModules(code.replace(/^#!.*/, ''), path)) + NO_MAP };
    });
  },
};

const shared = {
  absWorkingDir: project,
  outdir: target,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  // As Node has them, without `module`, which is of bundlers.
  conditions: ['node-addons'],
  external: EXTERNAL,
  plugins: [modules],
  banner: { js: HEAD },
  sourcemap: true,
  sourcesContent: false,
  legalComments: 'none',
  logLevel: 'warning',
};

await build({
  ...shared,
  entryPoints: {
    main: join(compiled, 'main.js'),
    'logo-worker': join(compiled, 'branding/logo-worker.js'),
    verify: join(compiled, 'webhooks/signing/verify.js'),
  },
});
await writeFile(join(target, 'cli.js'), "#!/usr/bin/env node\nimport './compiled/cli.js';\n", {
  mode: 0o755,
});
