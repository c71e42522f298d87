import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HANDLERS, ProjectCopy, ROOT } from '../harness/project-copy.js';

let copy: ProjectCopy;

beforeAll(() => {
  copy = new ProjectCopy();
});
afterAll(() => copy.remove());

const passes = (tool: string, ...args: string[]) => {
  const { status, output } = copy.run(tool, ...args);
  expect({ tool, status, output: status === 0 ? '' : output }).toEqual({ tool, status: 0, output: '' });
};

describe('nest g event-handler', () => {
  it('makes a handler and a spec that pass format, lint, types and tests as they are', () => {
    expect(copy.generate('event-handler', 'refund.created')).toMatchObject({ status: 0 });
    const made = ['refund-created.handler.spec.ts', 'refund-created.handler.ts'].map(
      (file) => `${HANDLERS}/${file}`,
    );
    passes('prettier/bin/prettier.cjs', '--check', ...made);
    passes('eslint/bin/eslint.js', '--max-warnings=0', ...made);
    passes('oxlint/bin/oxlint', '--type-aware', '--deny-warnings', ...made);
    // Only of the source: what else there is was not copied.
    writeFileSync(join(copy.path, 'tsconfig.json'), tsconfigOfSource());
    passes('@typescript/native/bin/tsc', '--noEmit');
    writeFileSync(join(copy.path, 'jest.config.js'), withoutDatabase());
    // Its second test finds the new type in the catalogue: no list was edited.
    passes('jest/bin/jest.js', HANDLERS);
  }, 120_000);

  it.each(['refund', '../x.y', `refund.${'x'.repeat(64)}`])(
    'refuses "%s", which is no event type, and says how to write one',
    (name) => {
      const before = readdirSync(join(copy.path, HANDLERS));
      // Nest's command line ends with 0 whatever its generator says.
      const { output } = copy.generate('event-handler', name);
      expect(output).toMatch(/is no event type: write a noun, a dot and what happened/);
      expect(readdirSync(join(copy.path, HANDLERS))).toEqual(before);
    },
  );

  it('leaves Nest’s own generators as they were', () => {
    const { status, output } = copy.generate('service', 'ledger', '--dry-run');
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
      export default { ...rest, runner, reporters: ['default'], rootDir: '${copy.path}', roots: ['<rootDir>/src'] };`;
  }
});
