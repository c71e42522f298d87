import { type Command } from 'commander';
import { type PausedLink } from '../payment-links/limited-links.js';
import { type DepositScheme } from '../wallet/deposit-scheme.js';
import { named, type OutputOptions } from './option.js';
import { printOne } from './print.js';
import { type Terminal } from './terminal.js';
import { UsageError } from './usage.error.js';

interface BackupOptions extends OutputOptions {
  check?: boolean;
  onlyKnown?: boolean;
}

export function backupCommand(command: Command, terminal: Terminal): void {
  command
    .argument('<file>', 'where it goes; made with the rights of its owner alone', fileName)
    .option('--check', 'read a backup that is there from end to end, and say what is in it')
    .option('--only-known', 'leave out tables that are not Quittance’s, in a database that it shares')
    .option('--json', 'print JSON, for a script')
    .action((file: string, options: BackupOptions) =>
      options.check ? check(terminal, file, options) : backup(terminal, file, options),
    );
}

/** Nothing but a name: a variable that was not set would be the folder that we are in. */
function fileName(text: string): string {
  if (text.trim() === '')
    throw new UsageError('the name of the file is empty: say where the backup is to be');
  if (/[/\\]$/.test(text)) throw new UsageError(`${text} names a folder: name the file in it as well`);
  return text;
}

interface RestoreOptions extends OutputOptions {
  skip?: number;
  merchant?: string;
}

export function restoreCommand(command: Command, terminal: Terminal): void {
  command
    .argument('<file>', 'a backup that quittance backup made', fileName)
    .option(
      '--skip <count>',
      'addresses to pass over, as they may have been given out since the backup; else 400',
      skipOption,
    )
    .option(
      '--merchant <id>',
      'who is notified of money at those addresses; else the only merchant, or one made for it',
    )
    .option('--json', 'print JSON, for a script')
    .action((file: string, options: RestoreOptions) => restore(terminal, file, options));
}

const skipOption = named('--skip', (value) => {
  if (/^\d{1,7}$/.test(value) && Number(value) >= 1 && Number(value) <= 1_000_000) return Number(value);
  throw new UsageError('must be a whole number from 1 to 1000000');
});

async function backup(terminal: Terminal, file: string, { onlyKnown, json }: BackupOptions): Promise<void> {
  const [{ databaseSettings }, { openCommandDatabase }, { requireMigrated }, { dumpDatabase }] =
    await Promise.all([
      import('./command-configuration.js'),
      import('./command-database.js'),
      import('../database/migrate.js'),
      import('../backup/dump.js'),
    ]);
  const opened = await openCommandDatabase(await databaseSettings(terminal));
  try {
    // The version that runs on a database is the one that knows its tables.
    await requireMigrated(opened.url);
    const dumped = await dumpDatabase(opened.url, file, { onlyKnown: onlyKnown === true });
    printOne(terminal, { file, bytes: dumped.bytes, ...contentsOf(dumped) }, { json });
    if (!json) terminal.err(`${keptApart(dumped.header.encryption_key_ids)}\n`);
  } finally {
    await opened.release();
  }
}

async function check(terminal: Terminal, file: string, { json }: BackupOptions): Promise<void> {
  const { checkBackup } = await import('../backup/restore.js');
  const checked = await checkBackup(file);
  printOne(terminal, { file, ...contentsOf(checked) }, { json });
}

/** The server is not running: nothing is started here but what the command needs. */
async function restore(
  terminal: Terminal,
  file: string,
  { skip, merchant, json }: RestoreOptions,
): Promise<void> {
  const [{ commandConfiguration }, { openCommandDatabase }, { restoreDatabase }, { USUAL_SKIP }, queues] =
    await Promise.all([
      import('./command-configuration.js'),
      import('./command-database.js'),
      import('../backup/restore.js'),
      import('../wallet/next-index.js'),
      import('../queue/emptied-queue.js'),
    ]);
  const { settings } = await commandConfiguration(terminal);
  const scheme = await schemeOf(settings);
  const opened = await openCommandDatabase(settings);
  const say = (line: string) => terminal.err(`${line}\n`);
  try {
    const { header, rows, jump, pausedLinks } = await restoreDatabase(
      opened.url,
      { file, scheme, skip: skip ?? USUAL_SKIP, merchantId: merchant ?? null },
      { say },
    );
    await queues.emptyQueue(settings.redisUrl, opened.url);
    const told = {
      restored_from: header.made_at,
      rows: sum(rows),
      first_skipped: jump.fromIndex,
      next_index: jump.toIndex,
      notified_of_skipped: jump.merchantId,
      signing: 'paused',
      links_paused: pausedLinks.length,
      ...(json ? { paused_links: pausedLinks } : {}),
    };
    printOne(terminal, told, { json });
    if (!json) say(nextSteps(header.encryption_key_ids));
    if (!json && pausedLinks.length > 0) say(linksPaused(pausedLinks));
  } finally {
    await opened.release();
  }
}

async function schemeOf(settings: { xpub: string | null; mnemonic: string | null }): Promise<DepositScheme> {
  if (settings.xpub === null && settings.mnemonic === null)
    throw new UsageError(
      'which wallet? Set XPUB or MNEMONIC (or XPUB_FILE, MNEMONIC_FILE): the addresses given out since the backup are ' +
        'passed over and watched',
    );
  const { depositScheme } = await import('../wallet/scheme-of-settings.js');
  return depositScheme(settings);
}

function contentsOf({
  header,
  rows,
  sha256,
}: {
  header: { made_at: string; quittance: string; migrations: string[]; encryption_key_ids: string[] };
  rows: Record<string, number>;
  sha256: string;
}): object {
  return {
    made_at: header.made_at,
    version: header.quittance,
    newest_migration: header.migrations.at(-1) ?? null,
    tables: Object.keys(rows).length,
    rows: sum(rows),
    encryption_key_ids: header.encryption_key_ids,
    sha256,
  };
}

function sum(rows: Record<string, number>): number {
  return Object.values(rows).reduce((total, count) => total + count, 0);
}

function keptApart(keyIds: readonly string[]): string {
  const keys = keyIds.length === 0 ? 'ENCRYPTION_KEY' : `ENCRYPTION_KEY (${keyIds.join(', ')})`;
  return `not in it, and needed with it: the wallet behind MNEMONIC or XPUB, ${keys}, chains.yaml. Keep them apart from it`;
}

function linksPaused(links: readonly PausedLink[]): string {
  return [
    '',
    'These payment links sell a limited number and make no payments: what they sold since the backup is not known here.',
    ...links.map(({ id, title, merchant_id }) => `  ${id}  ${title} (merchant ${merchant_id})`),
    'Lower their stock by what they sold, where customers have paid (your own records, and the deposits of lost payments), ' +
      'then: quittance link enable <id> --stock <number>',
  ].join('\n');
}

function nextSteps(keyIds: readonly string[]): string {
  return [
    '',
    'Nothing is signed until you say so. Now:',
    `1. start Quittance, with the ENCRYPTION_KEY of that time${keyIds.length > 0 ? ` (${keyIds.join(', ')})` : ''}; if it refuses, as addresses further on were used: quittance wallet skip`,
    '2. let the scan come to the head of each chain (GET /health): it also reads what was sent since the backup, so that nothing is paid twice',
    '3. see that books and chains agree: quittance ledger check',
    '4. quittance sweep resume',
  ].join('\n');
}
