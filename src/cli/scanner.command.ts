import { ModuleRef } from '@nestjs/core';
import { Command, CommandRunner, Option, SubCommand } from 'nest-commander';
import { RescanService } from '../scanner/rescan.service.js';
import { type OutputOptions, PrintingCommand } from './json-option.js';
import { print, printOne } from './print.js';

interface RescanOptions extends OutputOptions {
  chain: string;
  from: number;
  to: number;
}

@SubCommand({
  name: 'rescan',
  description: 'read a range of scanned blocks again: records what is missing, changes nothing that is right',
})
export class ScannerRescanCommand extends PrintingCommand {
  constructor(private readonly modules: ModuleRef) {
    super();
  }

  async run(_inputs: string[], { chain, from, to, json }: RescanOptions): Promise<void> {
    const { isTTY } = process.stderr;
    const total = to - from + 1;
    const result = await this.modules
      .get(RescanService, { strict: false })
      .rescan({ chain, from, to }, (block) => {
        if (isTTY) process.stderr.write(`\r${block - from + 1} of ${total} blocks`);
      });
    if (isTTY) process.stderr.write('\n');
    const { unexplained, unsearched, ...counts } = result;
    const lengths = { unsearched: unsearched.length, unexplained: unexplained.length };
    printOne(json ? result : { ...counts, ...lengths }, { json });
    if (unexplained.length + unsearched.length === 0) return;
    process.exitCode = 2;
    if (!json && unexplained.length > 0) print(unexplained, {});
  }

  @Option({ flags: '--chain <name>', description: 'as chains.yaml names it', required: true })
  parseChain(value: string): string {
    return value;
  }

  @Option({ flags: '--from <block>', description: 'first block', required: true })
  parseFrom(value: string): number {
    return blockNumber('--from', value);
  }

  @Option({ flags: '--to <block>', description: 'last block, scanned already', required: true })
  parseTo(value: string): number {
    return blockNumber('--to', value);
  }
}

@Command({ name: 'scanner', description: 'work on what was scanned', subCommands: [ScannerRescanCommand] })
export class ScannerCommand extends CommandRunner {
  run(): Promise<void> {
    this.command.help();
  }
}

function blockNumber(option: string, value: string): number {
  if (!/^\d{1,15}$/.test(value))
    throw new Error(`${option} ${value} is no block number: give a whole number`);
  return Number(value);
}
