import { type Command } from 'commander';
import { type BookedValue } from '../payments/export/booked-values.js';
import { exportedLines } from './exported-lines.js';
import { type Period, period, withPeriod } from './moments.js';
import { endProgress, type OutputOptions, printingCommand, showProgress } from './option.js';
import { type Terminal } from './terminal.js';
import { NoSuchChainError } from '../config/no-such-chain.error.js';

interface ChainOptions extends OutputOptions {
  chain?: string;
}

type ExportOptions = ChainOptions & Period;

export function ledgerCommands(group: Command, terminal: Terminal): void {
  onChain(
    group,
    'check',
    'prove the books by the chains: exits with 2 where they differ, with 3 where something could not be checked',
  ).action((options: ChainOptions) => check(terminal, options));
  withPeriod(onChain(group, 'export', 'print the books as CSV, by when entries were booked (UTC)')).action(
    (options: ExportOptions) => exportBooks(terminal, options),
  );
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

async function exportBooks(terminal: Terminal, options: ExportOptions): Promise<void> {
  const { from, to } = period(options);
  const { chain: name, json } = options;
  const { BookedValues, bookParts, LedgerExport, withServices } = await import('./export-services.js');
  await withServices(terminal, bookParts, async (services, { chains }) => {
    const chain = chains.find((one) => one.name === name);
    if (name !== undefined && !chain)
      throw new NoSuchChainError(
        name,
        chains.map((one) => one.name),
      );
    const range = { from, to, chainId: chain?.chainId ?? null };
    const names = new Map(chains.map(({ chainId, name: known }) => [chainId, known]));
    const values = services.get(BookedValues, { strict: false });
    const lines = exportedLines(terminal, COLUMNS, json);
    await services.get(LedgerExport, { strict: false }).entries(range, async (entries, manager) => {
      const valued = await values.of(manager, entries);
      entries.forEach(({ subject: _subject, ...entry }, index) =>
        lines.print({
          ...entry,
          chain: names.get(entry.chain_id) ?? null,
          ...(valued[index] as BookedValue),
        }),
      );
    });
    lines.end();
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
  'symbol',
  'decimals',
  'amount',
  'price_currency',
  'value',
] as const;
