import { type Command } from 'commander';
import { csvRecord } from './csv.js';
import { endProgress, named, type OutputOptions, printingCommand, showProgress } from './option.js';
import { type Terminal } from './terminal.js';
import { UsageError } from './usage.error.js';
import { NoSuchChainError } from '../config/no-such-chain.error.js';

interface ChainOptions extends OutputOptions {
  chain?: string;
}

interface ExportOptions extends ChainOptions {
  from: Date;
  to?: Date;
}

export function ledgerCommands(group: Command, terminal: Terminal): void {
  onChain(
    group,
    'check',
    'prove the books by the chains: exits with 2 where they differ, with 3 where something could not be checked',
  ).action((options: ChainOptions) => check(terminal, options));
  onChain(group, 'export', 'print the books as CSV, by when entries were booked (UTC)')
    .requiredOption(
      '--from <date>',
      'from this moment on, as 2026-11-01 or 2026-11-01T12:00Z',
      named('--from', moment),
    )
    .option(
      '--to <date>',
      'until before this moment; a date alone is with its whole day; else now',
      named('--to', endOf),
    )
    .action((options: ExportOptions) => exportBooks(terminal, options));
}

function onChain(group: Command, name: string, description: string): Command {
  return printingCommand(group, name, description).option(
    '--chain <name>',
    'this chain alone, as chains.yaml names it',
  );
}

async function check(terminal: Terminal, { chain: name, json }: ChainOptions): Promise<void> {
  const [{ withServices }, { HealthModule }, { LedgerReadingModule }, { LedgerCheck }, text] =
    await Promise.all([
      import('./services.js'),
      import('../health/health.module.js'),
      import('../ledger-check/ledger-check.module.js'),
      import('../ledger-check/ledger-check.service.js'),
      import('./ledger-text.js'),
    ]);
  await withServices(terminal, { imports: [HealthModule, LedgerReadingModule] }, async (services) => {
    const ledger = services.get(LedgerCheck, { strict: false });
    const reports = [];
    for (const chain of ledger.chosen(name)) {
      const report = await ledger.check(chain, (addresses) =>
        showProgress(terminal, `${chain.name}: ${addresses} addresses`),
      );
      endProgress(terminal);
      if (!json) terminal.out(text.checkText(report));
      reports.push(report);
    }
    if (json) terminal.out(`${JSON.stringify(text.checkJson(reports), null, 2)}\n`);
    if (reports.some(({ unchecked }) => unchecked.count > 0)) terminal.exitCode = 3;
    if (reports.some(({ differences }) => differences.count > 0)) terminal.exitCode = 2;
    // Last, so that a database that may only be read still shows what was found.
    await ledger.keep(reports);
  });
}

async function exportBooks(
  terminal: Terminal,
  { from, to = new Date(), chain: name, json }: ExportOptions,
): Promise<void> {
  if (from >= to) throw new UsageError('--from is not before --to: nothing can be booked in between');
  const [{ withServices }, { LedgerReadingModule }, { LedgerExport }] = await Promise.all([
    import('./services.js'),
    import('../ledger-check/ledger-check.module.js'),
    import('../ledger/ledger-export.service.js'),
  ]);
  await withServices(terminal, { imports: [LedgerReadingModule] }, async (services, { chains }) => {
    const chain = chains.find((one) => one.name === name);
    if (name !== undefined && !chain)
      throw new NoSuchChainError(
        name,
        chains.map((one) => one.name),
      );
    const range = { from, to, chainId: chain?.chainId ?? null };
    const names = new Map(chains.map(({ chainId, name: known }) => [chainId, known]));
    let isFirst = true;
    terminal.out(json ? '[' : csvRecord(COLUMNS));
    await services.get(LedgerExport, { strict: false }).entries(range, (entries) => {
      for (const entry of entries) {
        const row = { ...entry, chain: names.get(entry.chain_id) ?? null };
        terminal.out(
          json
            ? `${isFirst ? '' : ','}\n${JSON.stringify(row)}`
            : csvRecord(COLUMNS.map((column) => row[column])),
        );
        isFirst = false;
      }
    });
    if (json) terminal.out(']\n');
  });
}

const COLUMNS = [
  'booked_at',
  'block_time',
  'chain',
  'chain_id',
  'block_number',
  'block_hash',
  'tx_hash',
  'transaction_id',
  'kind',
  'reverses',
  'payment_id',
  'account',
  'address',
  'token',
  'amount',
] as const;

const DAY_MS = 86_400_000;

function isDateAlone(value: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(value);
}

/** Without an offset a time would be of wherever the command runs. */
function moment(value: string): Date {
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(value);
  const time = new Date(value);
  if ((isTime || isDateAlone(value)) && !Number.isNaN(time.getTime())) return time;
  throw new UsageError('is no moment: write 2026-11-01, or 2026-11-01T12:00Z with its offset');
}

function endOf(value: string): Date {
  const given = moment(value);
  return isDateAlone(value) ? new Date(given.getTime() + DAY_MS) : given;
}
