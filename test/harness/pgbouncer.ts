import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unusedPort } from '../../src/process/ports.js';
import { ended } from '../../src/process/processes.js';
import { endWithUs } from './end-with-us.js';
import { tempFolder } from './temp-folder.js';
import { waitFor } from './wait-for.js';

export interface RunningPgBouncer {
  /** Of the database behind it. */
  url: string;
  stop(): Promise<void>;
}

export const hasPgBouncer = () => spawnSync('pgbouncer', ['--version']).status === 0;

/** Of nobody, whom every Linux has: PgBouncer does not run as root. */
const NOBODY = 65_534;

/** A PgBouncer with its settings as they come, but for the mode. */
export async function startPgBouncer(
  databaseUrl: string,
  mode: 'session' | 'transaction' | 'statement',
): Promise<RunningPgBouncer> {
  const target = new URL(databaseUrl);
  const port = await unusedPort();
  const folder = tempFolder();
  const file = join(folder.path, 'pgbouncer.ini');
  const login = `user=${target.username} password=${target.password}`;
  writeFileSync(
    file,
    [
      '[databases]',
      `* = host=${target.hostname} port=${target.port} ${login}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = any',
      `pool_mode = ${mode}`,
      'default_pool_size = 60',
    ].join('\n'),
  );
  chmodSync(folder.path, 0o755);
  const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  const child = spawn('pgbouncer', [file], { ...user, stdio: ['ignore', 'ignore', 'pipe'] });
  const callOff = endWithUs(child.pid as number, 'TERM');
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await waitFor('PgBouncer to be up', () => {
    if (child.exitCode !== null) throw new Error(`PgBouncer ended:\n${said}`);
    return said.includes('process up');
  });
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${port}`;
  const stop = async () => {
    child.kill('SIGTERM');
    await ended(child);
    callOff();
    folder.remove();
  };
  return { url: url.href, stop };
}
