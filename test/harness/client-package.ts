import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from './temp-folder.js';

const ROOT = join(import.meta.dirname, '../..');
const TSC = join(ROOT, 'node_modules/@typescript/native/bin/tsc');
const CLIENT = join(ROOT, 'clients/typescript');
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
    if (!isBuilt()) execFileSync(process.execPath, [join(CLIENT, 'build.mjs')]);
    return new ClientPackage();
  }

  private constructor() {
    const { path } = this.folder;
    const modules = join(path, 'node_modules');
    const own = join(modules, 'quittance-client');
    mkdirSync(own, { recursive: true });
    const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', path, CLIENT]);
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

/** As `npm run build` leaves it: after the server, of which it is made, and after all that it is written in. */
function isBuilt(): boolean {
  const changedAt = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
  const written = readdirSync(join(CLIENT, 'src'), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => join(CLIENT, 'src', name));
  const sources = [
    join(ROOT, 'dist/.built'),
    join(CLIENT, 'build.mjs'),
    join(CLIENT, 'tsconfig.json'),
    ...written,
  ];
  const builtAt = statSync(join(CLIENT, 'dist/index.js'), { throwIfNoEntry: false })?.mtimeMs ?? -Infinity;
  return sources.every((path) => changedAt(path) < builtAt);
}
