import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { tempFolder } from './temp-folder.js';

const ROOT = join(import.meta.dirname, '../..');
const TSC = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const DEPENDENCIES = ['openapi-fetch', 'openapi-typescript-helpers', '@types'];
const COMPILER = [
  '--strict',
  '--target',
  'es2022',
  '--module',
  'nodenext',
  '--types',
  'node',
  '--skipLibCheck',
];

/** A project of somebody else's, with our client packed and installed as npm would. */
export class ClientPackage {
  private readonly folder = tempFolder();

  static build(): ClientPackage {
    execFileSync(process.execPath, [join(ROOT, 'clients/typescript/build.mjs')]);
    return new ClientPackage();
  }

  private constructor() {
    const { path } = this.folder;
    const modules = join(path, 'node_modules');
    const own = join(modules, 'quittance-client');
    mkdirSync(own, { recursive: true });
    const packed = execFileSync('npm', [
      'pack',
      '--silent',
      '--pack-destination',
      path,
      join(ROOT, 'clients/typescript'),
    ]);
    execFileSync('tar', ['-xzf', join(path, packed.toString().trim()), '-C', own, '--strip-components=1']);
    for (const name of DEPENDENCIES) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
    writeFileSync(join(path, 'package.json'), '{"type": "module"}');
  }

  /**
   * Compiles all in one go, since the compiler takes its time to start.
   * @param programs by name
   * @returns what the compiler complains of, a line each
   */
  compile(programs: Record<string, string>): string[] {
    const files = Object.keys(programs).map((name) => `${name}.ts`);
    for (const [name, code] of Object.entries(programs))
      writeFileSync(join(this.folder.path, `${name}.ts`), code);
    const { stdout } = spawnSync(process.execPath, [TSC, ...COMPILER, ...files], {
      cwd: this.folder.path,
      encoding: 'utf8',
    });
    return stdout.split('\n').filter((line) => line !== '');
  }

  /** Runs what was compiled. */
  run(name: string): { out: string; err: string } {
    const { stdout, stderr } = spawnSync(process.execPath, [join(this.folder.path, `${name}.js`)], {
      encoding: 'utf8',
    });
    return { out: stdout, err: stderr };
  }

  remove(): void {
    this.folder.remove();
  }
}
