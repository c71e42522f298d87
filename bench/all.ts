/* Every benchmark, one after the other, with the arguments given to this one. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

for (const name of ['addresses', 'api', 'scanner', 'sweeper', 'webhooks', 'webhooks-isolation']) {
  const script = join(import.meta.dirname, `${name}.ts`);
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', script, ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}
