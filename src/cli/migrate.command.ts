import { type Command } from 'commander';
import { type OutputOptions } from './option.js';
import { printOne } from './print.js';
import { type Terminal } from './terminal.js';

interface MigrateOptions extends OutputOptions {
  status?: boolean;
  revert?: boolean;
}

export function migrateCommand(command: Command, terminal: Terminal): void {
  command
    .option('--status', 'only tell what is missing; exits with 2 when something is')
    .option('--revert', 'take the newest migration of ours back')
    .option('--json', 'print JSON, for a script')
    .action((options: MigrateOptions) => migrate(terminal, options));
}

/** Asks for no wallet and no chains: whoever may change the schema need not know them. */
async function migrate(terminal: Terminal, options: MigrateOptions): Promise<void> {
  const [{ databaseSettings }, { openCommandDatabase }, schemas] = await Promise.all([
    import('./command-configuration.js'),
    import('./command-database.js'),
    import('../runtime/schemas.js'),
  ]);
  const settings = await databaseSettings(terminal);
  const opened = await openCommandDatabase(settings);
  const { url } = opened;
  try {
    const database = { url, hasQueue: settings.redisUrl === null };
    const waiting = { say: (line: string) => terminal.err(`${line}\n`) };
    if (options.status) {
      const missing = await schemas.missingSchemas(database);
      if (missing.length > 0) terminal.exitCode = 2;
      report(terminal, { missing }, missing, 'the schema is up to date', options);
    } else if (options.revert) {
      const reverted = await schemas.revertMigration(url, waiting);
      const names = reverted === null ? [] : [reverted];
      report(terminal, { reverted: names }, names, 'there is no migration to take back', options);
    } else {
      const applied = await schemas.migrateSchemas(database, waiting);
      report(terminal, { applied }, applied, 'the schema was up to date already', options);
    }
  } finally {
    await opened.release();
  }
}

function report(
  terminal: Terminal,
  asJson: Record<string, string[]>,
  names: readonly string[],
  nothing: string,
  { json }: OutputOptions,
): void {
  if (json) printOne(terminal, asJson, { json });
  else if (names.length === 0) terminal.out(`${nothing}\n`);
  else for (const name of names) terminal.out(`${Object.keys(asJson)[0] ?? ''}  ${name}\n`);
}
