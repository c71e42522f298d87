import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { once } from 'node:events';
import { afterAll, describe, expect, it } from '@jest/globals';
import { runCommand } from '../harness/terminal.js';
import { tempFolder } from '../harness/temp-folder.js';

const ROOT = join(import.meta.dirname, '../..');
const CLI = join(ROOT, 'dist/cli.js');
/** As in an image that nobody has configured yet. */
const BARE = { NODE_ENV: 'production' };
const environment = { PATH: process.env.PATH, ...BARE };

const folder = tempFolder();
afterAll(() => folder.remove());

/** The names below the line "Commands:" of a help text. */
function commandsIn(help: string): string[] {
  const [, listed = ''] = help.split('Commands:\n');
  return [...listed.matchAll(/^ {2}(\w[\w-]*)/gm)]
    .map(([, name]) => String(name))
    .filter((name) => name !== 'help');
}

describe('help', () => {
  it('is there for every command and subcommand, without a configuration', async () => {
    const top = commandsIn((await runCommand(['--help'], BARE)).out);
    expect(top).toEqual(expect.arrayContaining(['merchant', 'key', 'wallet', 'migrate', 'webhook']));
    for (const name of top) {
      const { code, out, err } = await runCommand([name, '--help'], BARE);
      expect({ name, code, err }).toEqual({ name, code: 0, err: '' });
      for (const below of commandsIn(out)) {
        const asked = await runCommand([name, below, '--help'], BARE);
        expect({ name, below, code: asked.code, err: asked.err }).toEqual({ name, below, code: 0, err: '' });
        expect(asked.out).toContain(`Usage: quittance ${name} ${below}`);
      }
      expect((await runCommand(['help', name], BARE)).out).toBe(out);
    }
  });

  it.each([[['--version']], [['--help']], [['merchant', 'create', '--help']]])(
    'loads no library but the one that reads command lines: %j',
    (args) => {
      const loaded = join(folder.path, args.join(''));
      const ran = spawnSync(process.execPath, [CLI, ...args], {
        // V8's coverage names every script that was loaded.
        env: { ...environment, NODE_V8_COVERAGE: loaded },
      });
      expect(ran.status).toBe(0);
      const [file] = readdirSync(loaded);
      const { result } = JSON.parse(readFileSync(join(loaded, String(file)), 'utf8')) as {
        result: { url: string }[];
      };
      const libraries = result.flatMap(({ url }) => /node_modules\/((@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []);
      expect([...new Set(libraries)]).toEqual(['commander']);
    },
  );

  it('names the option whose value is wrong', async () => {
    const { code, err } = await runCommand(['webhook', 'listen', '--port', '99999999'], BARE);
    expect({ code, err }).toEqual({
      code: 1,
      err: '--port 99999999 is not a whole number from 0 to 65535\n',
    });
  });
});

describe('a command whose reader leaves', () => {
  it('ends without a word', async () => {
    const child = spawn(process.execPath, [CLI, 'wallet', 'new'], { env: environment });
    let err = '';
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.stdout.destroy();
    const [code] = (await once(child, 'close')) as [number | null];
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });
});

describe('npm run build:if-changed', () => {
  const build = () =>
    spawnSync('npm', ['run', '--silent', 'build:if-changed'], { cwd: folder.path, encoding: 'utf8' });

  it('builds what was never built and what has changed since, and nothing else', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const source = join(folder.path, 'src/deep/file.ts');
    mkdirSync(join(folder.path, 'src/deep'), { recursive: true });
    for (const file of [source, ...['build.mjs', 'tsconfig.json', 'package-lock.json'].map(inFolder)])
      writeFileSync(file, '');
    writeFileSync(
      inFolder('package.json'),
      JSON.stringify({
        scripts: { ...scripts, 'build:server': 'mkdir -p dist && touch dist/.built && echo built' },
      }),
    );
    const builds = () => build().stderr.includes('built');
    expect(builds()).toBe(true);
    expect(builds()).toBe(false);
    const later = new Date(Date.now() + 5_000);
    utimesSync(source, later, later);
    expect(builds()).toBe(true);
  });

  function inFolder(name: string): string {
    return join(folder.path, name);
  }
});
