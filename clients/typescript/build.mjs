// Makes dist of what a server was built to: its OpenAPI document, as types, and its verification of webhooks.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import openapiTS, { astToString } from 'openapi-typescript';

const HERE = import.meta.dirname;
const PROJECT = join(HERE, '../..');
const generated = join(HERE, 'src/generated');
const run = (...args) =>
  execFileSync(process.execPath, args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    stdio: ['ignore', 'pipe', 'inherit'],
  });

rmSync(generated, { recursive: true, force: true });
mkdirSync(generated, { recursive: true });
const document = run(join(PROJECT, 'dist/cli.js'), 'openapi');
writeFileSync(join(generated, 'openapi.json'), document);
const types = astToString(await openapiTS(JSON.parse(document), { alphabetize: true }));
writeFileSync(join(generated, 'api.ts'), types);
copyFileSync(join(PROJECT, 'src/webhooks/signing/verify.ts'), join(generated, 'verify.ts'));

rmSync(join(HERE, 'dist'), { recursive: true, force: true });
try {
  run(createRequire(import.meta.url).resolve('typescript/bin/tsc'), '-p', HERE);
} catch (error) {
  process.stderr.write(error.stdout ?? `${error.message}\n`);
  process.exitCode = 1;
}
