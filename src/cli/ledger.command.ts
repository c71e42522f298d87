import { Inject } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { Command, CommandRunner, Option, SubCommand } from 'nest-commander';
import { type ChainConfig } from '../config/chains.js';
import { CHAINS } from '../config/configuration.module.js';
import { LedgerCheck } from '../ledger-check/ledger-check.service.js';
import { LedgerExport } from '../ledger/ledger-export.service.js';
import { csvRecord } from './csv.js';
import { type OutputOptions, PrintingCommand } from './json-option.js';
import { checkJson, checkText } from './ledger-text.js';

interface ChainOptions extends OutputOptions {
  chain?: string;
}

abstract class LedgerSubCommand extends PrintingCommand {
  @Option({ flags: '--chain <name>', description: 'this chain alone, as chains.yaml names it' })
  parseChain(value: string): string {
    return value;
  }
}

@SubCommand({
  name: 'check',
  description: 'prove the books by the chains: exits with 2, and says what, where they differ',
})
export class LedgerCheckCommand extends LedgerSubCommand {
  constructor(private readonly modules: ModuleRef) {
    super();
  }

  async run(_inputs: string[], { chain: name, json }: ChainOptions): Promise<void> {
    const ledger = this.modules.get(LedgerCheck, { strict: false });
    const { isTTY } = process.stderr;
    const reports = [];
    for (const chain of ledger.chosen(name)) {
      const report = await ledger.check(chain, (addresses) => {
        if (isTTY) process.stderr.write(`\r${chain.name}: ${addresses} addresses`);
      });
      if (isTTY) process.stderr.write('\n');
      if (!json) process.stdout.write(checkText(report));
      reports.push(report);
    }
    if (json) process.stdout.write(`${JSON.stringify(checkJson(reports), null, 2)}\n`);
    if (reports.some(({ differences }) => differences.count > 0)) process.exitCode = 2;
  }
}

interface ExportOptions extends ChainOptions {
  from: Date;
  to?: Date;
}

@SubCommand({ name: 'export', description: 'print the books as CSV, by when entries were booked (UTC)' })
export class LedgerExportCommand extends LedgerSubCommand {
  constructor(
    @Inject(CHAINS) private readonly chains: ChainConfig[],
    private readonly modules: ModuleRef,
  ) {
    super();
  }

  async run(_inputs: string[], { from, to = new Date(), chain: name, json }: ExportOptions): Promise<void> {
    if (from >= to) throw new Error('--from is not before --to: nothing can be booked in between');
    const chain = this.chains.find((one) => one.name === name);
    if (name !== undefined && !chain) throw new Error(`no chain is named ${name}`);
    const range = { from, to, chainId: chain?.chainId ?? null };
    const names = new Map(this.chains.map(({ chainId, name: known }) => [chainId, known]));
    let isFirst = true;
    process.stdout.write(json ? '[' : csvRecord(COLUMNS));
    await this.modules.get(LedgerExport, { strict: false }).entries(range, (entries) => {
      for (const entry of entries) {
        const row = { ...entry, chain: names.get(entry.chain_id) ?? null };
        process.stdout.write(
          json
            ? `${isFirst ? '' : ','}\n${JSON.stringify(row)}`
            : csvRecord(COLUMNS.map((column) => row[column])),
        );
        isFirst = false;
      }
    });
    if (json) process.stdout.write(']\n');
  }

  @Option({
    flags: '--from <date>',
    description: 'from this moment on, as 2026-11-01 or 2026-11-01T12:00Z',
    required: true,
  })
  parseFrom(value: string): Date {
    return moment('--from', value);
  }

  @Option({
    flags: '--to <date>',
    description: 'until before this moment; a date alone is with its whole day; else now',
  })
  parseTo(value: string): Date {
    const given = moment('--to', value);
    return isDateAlone(value) ? new Date(given.getTime() + DAY_MS) : given;
  }
}

@Command({
  name: 'ledger',
  description: 'prove and export the books',
  subCommands: [LedgerCheckCommand, LedgerExportCommand],
})
export class LedgerCommand extends CommandRunner {
  run(): Promise<void> {
    this.command.help();
  }
}

export const LEDGER_COMMANDS = [LedgerCommand, LedgerCheckCommand, LedgerExportCommand];

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
function moment(option: string, value: string): Date {
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(value);
  const time = new Date(value);
  if ((isTime || isDateAlone(value)) && !Number.isNaN(time.getTime())) return time;
  throw new Error(`${option} ${value} is no moment: write 2026-11-01, or 2026-11-01T12:00Z with its offset`);
}
