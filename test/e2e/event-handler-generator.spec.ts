import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../..');
const COPIED = [
  'src',
  'nest-cli.json',
  'tsconfig.json',
  'eslint.config.js',
  '.prettierrc.json',
  'jest.config.js',
  'package.json',
];
const HANDLERS = 'src/webhooks/handlers';

let copy: string;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'quittance-generator-'));
  for (const path of COPIED) cpSync(join(ROOT, path), join(copy, path), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

const run = (tool: string, ...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(copy, 'node_modules', tool), ...args],
    {
      cwd: copy,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: process.env.HOME },
    },
  );
  return { status, output: stdout + stderr };
};
const nest = (...args: string[]) => run('@nestjs/cli/bin/nest.js', 'generate', ...args);
const passes = (tool: string, ...args: string[]) => {
  const { status, output } = run(tool, ...args);
  expect({ tool, status, output: status === 0 ? '' : output }).toEqual({ tool, status: 0, output: '' });
};

describe('nest g event-handler', () => {
  it('makes a handler and a spec that pass format, lint, types and tests as they are', () => {
    expect(nest('event-handler', 'refund.created')).toMatchObject({ status: 0 });
    const made = ['refund-created.handler.spec.ts', 'refund-created.handler.ts'].map(
      (file) => `${HANDLERS}/${file}`,
    );
    passes('prettier/bin/prettier.cjs', '--check', ...made);
    passes('eslint/bin/eslint.js', '--max-warnings=0', ...made);
    // Only of the source: what else there is was not copied.
    writeFileSync(join(copy, 'tsconfig.json'), tsconfigOfSource());
    passes('typescript/bin/tsc', '--noEmit');
    writeFileSync(join(copy, 'jest.config.js'), withoutDatabase());
    // Its second test finds the new type in the catalogue: no list was edited.
    passes('jest/bin/jest.js', HANDLERS);
  }, 120_000);

  it.each(['refund', '../x.y', `refund.${'x'.repeat(64)}`])(
    'refuses "%s", which is no event type, and says how to write one',
    (name) => {
      const before = readdirSync(join(copy, HANDLERS));
      // Nest's command line ends with 0 whatever its generator says.
      const { output } = nest('event-handler', name);
      expect(output).toMatch(/is no event type: write a noun, a dot and what happened/);
      expect(readdirSync(join(copy, HANDLERS))).toEqual(before);
    },
  );

  it('refuses a type that has a handler, and says where', () => {
    const { output } = nest('event-handler', 'payment.confirmed');
    expect(output).toContain(
      'the event type payment.confirmed has a handler already: src/webhooks/handlers/payment-confirmed.handler.ts',
    );
  });

  it('leaves Nest’s own generators as they were', () => {
    const { status, output } = nest('service', 'ledger', '--dry-run');
    expect({ status, output }).toMatchObject({
      status: 0,
      output: expect.stringContaining('ledger.service.ts'),
    });
  });

  function tsconfigOfSource(): string {
    const config = JSON.parse(readFileSync(join(ROOT, 'tsconfig.json'), 'utf8')) as { include: string[] };
    return JSON.stringify({ ...config, include: ['src'] });
  }

  function withoutDatabase(): string {
    return `import config from '${join(ROOT, 'jest.config.js')}';
      const { globalSetup, globalTeardown, ...rest } = config;
      const runner = '${join(ROOT, 'test/runner/runner.js')}';
      export default { ...rest, runner, rootDir: '${copy}', roots: ['<rootDir>/src'] };`;
  }
});
