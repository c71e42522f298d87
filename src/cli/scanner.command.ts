import { type Command } from 'commander';
import { endProgress, named, type OutputOptions, printingCommand, showProgress } from './option.js';
import { print, printOne } from './print.js';
import { type Terminal } from './terminal.js';
import { UsageError } from './usage.error.js';

interface RescanOptions extends OutputOptions {
  chain: string;
  from: number;
  to: number;
}

interface AcceptOptions extends OutputOptions {
  chain: string;
  ancestor: number;
}

export function scannerCommands(group: Command, terminal: Terminal): void {
  printingCommand(
    group,
    'rescan',
    'read a range of scanned blocks again: records what is missing, changes nothing that is right',
  )
    .requiredOption('--chain <name>', 'as chains.yaml names it')
    .requiredOption('--from <block>', 'first block', blockNumber('--from'))
    .requiredOption('--to <block>', 'last block, scanned already', blockNumber('--to'))
    .action((options: RescanOptions) => rescan(terminal, options));
  printingCommand(
    group,
    'accept-reorg',
    'let the scan of a halted chain go on after a reorg below every block remembered: payments whose money is gone fail',
  )
    .requiredOption('--chain <name>', 'as chains.yaml names it')
    .requiredOption('--ancestor <block>', 'a block that both branches have', blockNumber('--ancestor'))
    .action((options: AcceptOptions) => acceptReorg(terminal, options));
}

async function acceptReorg(terminal: Terminal, { chain, ancestor, json }: AcceptOptions): Promise<void> {
  const [{ withServices }, { RescanModule }, { DeepReorgService }] = await Promise.all([
    import('./services.js'),
    import('../scanner/rescan.module.js'),
    import('../scanner/deep-reorg.service.js'),
  ]);
  await withServices(terminal, { imports: [RescanModule] }, async (services) => {
    const accepted = await services.get(DeepReorgService, { strict: false }).accept(chain, ancestor);
    printOne(terminal, accepted, { json });
  });
}

async function rescan(terminal: Terminal, { chain, from, to, json }: RescanOptions): Promise<void> {
  const [{ withServices }, { EVENT_WRITERS }, { RescanModule }, { RescanService }, { growingPauses }] =
    await Promise.all([
      import('./services.js'),
      import('./event-writers.js'),
      import('../scanner/rescan.module.js'),
      import('../scanner/rescan.service.js'),
      import('../scanner/second-word.js'),
    ]);
  const total = to - from + 1;
  await withServices(terminal, { imports: [...EVENT_WRITERS, RescanModule] }, async (services) => {
    const result = await services.get(RescanService, { strict: false }).rescan(
      { chain, from, to },
      (block) => showProgress(terminal, `${block - from + 1} of ${total} blocks`),
      growingPauses((reason) => terminal.err(`${reason}\n`)),
    );
    endProgress(terminal);
    const { unexplained, unsearched, ...counts } = result;
    const lengths = { unsearched: unsearched.length, unexplained: unexplained.length };
    printOne(terminal, json ? result : { ...counts, ...lengths }, { json });
    if (unexplained.length + unsearched.length === 0) return;
    terminal.exitCode = 2;
    if (!json && unexplained.length > 0) print(terminal, unexplained, {});
  });
}

function blockNumber(option: string) {
  return named(option, (value) => {
    if (/^\d{1,15}$/.test(value)) return Number(value);
    throw new UsageError('is no block number: give a whole number');
  });
}
