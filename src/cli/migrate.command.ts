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
    .option(
      '--status',
      'only tell what is missing, or was made by a newer version; exits with 2 when something is',
    )
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
      const { missing, unknown } = await schemas.comparedSchemas(database);
      if (missing.length + unknown.length > 0) terminal.exitCode = 2;
      if (unknown.length > 0) terminal.err(`${new schemas.SchemaTooNewError(unknown).message}\n`);
      report(terminal, { missing, unknown }, 'the schema is up to date', options);
    } else if (options.revert) {
      const reverted = await schemas.revertMigration(url, waiting);
      const names = reverted === null ? [] : [reverted];
      report(terminal, { reverted: names }, 'there is no migration to take back', options);
    } else {
      const applied = await schemas.migrateSchemas(database, waiting);
      report(terminal, { applied }, 'the schema was up to date already', options);
    }
  } finally {
    await opened.release();
  }
}

function report(
  terminal: Terminal,
  found: Record<string, string[]>,
  nothing: string,
  { json }: OutputOptions,
): void {
  if (json) return printOne(terminal, found, { json });
  const lines = Object.entries(found).flatMap(([what, names]) => names.map((name) => `${what}  ${name}\n`));
  terminal.out(lines.length === 0 ? `${nothing}\n` : lines.join(''));
}
