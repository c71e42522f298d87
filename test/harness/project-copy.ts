import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');
export const HANDLERS = 'src/webhooks/handlers';
const COPIED = [
  'src',
  'nest-cli.json',
  'tsconfig.json',
  'eslint.config.js',
  '.oxlintrc.json',
  'web/browsers.mjs',
  'web/lint',
  '.prettierrc.json',
  'jest.config.js',
  'package.json',
];

/** A copy of the project's source, for generators to write into. */
export class ProjectCopy {
  readonly path = mkdtempSync(join(tmpdir(), 'quittance-generator-'));

  constructor() {
    for (const path of COPIED) cpSync(join(ROOT, path), join(this.path, path), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(this.path, 'node_modules'));
  }

  /** Runs one of our tools in it, by its file in node_modules. */
  run(tool: string, ...args: string[]): { status: number | null; output: string } {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(this.path, 'node_modules', tool), ...args],
      { cwd: this.path, encoding: 'utf8', env: { PATH: process.env.PATH, HOME: process.env.HOME } },
    );
    return { status, output: stdout + stderr };
  }

  generate(...args: string[]): { status: number | null; output: string } {
    return this.run('@nestjs/cli/bin/nest.js', 'generate', ...args);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
