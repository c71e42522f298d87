import { Inject } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { Command, CommandRunner, Option, SubCommand } from 'nest-commander';
import { type ChainConfig } from '../config/chains.js';
import { CHAINS, SETTINGS } from '../config/configuration.module.js';
import { integerIn } from '../config/parsers.js';
import { type Settings } from '../config/settings.js';
import { newWallet } from '../wallet/new-wallet.js';
import { depositScheme } from '../wallet/scheme-of-settings.js';
import { WalletExtent } from '../wallet/wallet-extent.js';
import { fundsOutput } from './funds-output.js';
import { type OutputOptions, PrintingCommand } from './json-option.js';
import { printOne } from './print.js';
import { tellFunds } from './tell-funds.js';

interface NewOptions extends OutputOptions {
  words: 12 | 24;
}

@SubCommand({
  name: 'new',
  description: 'make a wallet and print its words, xpub and settings; nothing is stored',
})
export class WalletNewCommand extends PrintingCommand {
  run(_inputs: string[], { words, json }: NewOptions): Promise<void> {
    const { mnemonic, xpub, firstAddress } = newWallet(words);
    printOne({ mnemonic, xpub, first_address: firstAddress }, { json });
    if (!json) write(settingsOf({ mnemonic, xpub }));
    return Promise.resolve();
  }

  @Option({ flags: '--words <count>', description: '12 or 24', defaultValue: 24 })
  parseWords(value: string): number {
    if (value === '12' || value === '24') return Number(value);
    throw new Error(`--words ${value} is not 12 or 24`);
  }
}

interface FundsOptions extends OutputOptions {
  csv?: boolean;
  chain?: string;
}

abstract class FundsCommand extends PrintingCommand {
  @Option({ flags: '--csv', description: 'print CSV (RFC 4180), for a spreadsheet' })
  parseCsv(): boolean {
    return true;
  }

  @Option({ flags: '--chain <name>', description: 'this chain alone, as chains.yaml names it' })
  parseChain(value: string): string {
    return value;
  }
}

interface ScanOptions extends FundsOptions {
  gapLimit?: number;
}

@SubCommand({
  name: 'scan',
  description: 'find every funded deposit address from MNEMONIC or XPUB alone, without a database',
})
export class WalletScanCommand extends FundsCommand {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CHAINS) private readonly chains: ChainConfig[],
  ) {
    super();
  }

  async run(_inputs: string[], { gapLimit = this.settings.walletGapLimit, ...options }: ScanOptions) {
    const request = { scheme: schemeOf(this.settings), chains: this.chains, end: { gapLimit } };
    await tellFunds({ ...request, chain: options.chain }, fundsOutput(options, write), tellProgress);
    endProgress();
    process.stderr.write(
      `the scan ended after ${gapLimit} unused addresses in a row; if more payments than that were made one after ` +
        'another and not paid, give a larger --gap-limit\n',
    );
  }

  @Option({
    flags: '--gap-limit <count>',
    description: 'end after so many unused addresses in a row; else WALLET_GAP_LIMIT',
  })
  parseGapLimit(value: string): number {
    return integerIn(1, 10_000_000)(value);
  }
}

@SubCommand({
  name: 'export',
  description: 'list the funded deposit addresses of the database’s payments with paths, balances and totals',
})
export class WalletExportCommand extends FundsCommand {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CHAINS) private readonly chains: ChainConfig[],
    private readonly modules: ModuleRef,
  ) {
    super();
  }

  async run(_inputs: string[], options: FundsOptions): Promise<void> {
    const scheme = schemeOf(this.settings);
    const before = await this.modules.get(WalletExtent, { strict: false }).indicesGiven(scheme);
    const request = { scheme, chains: this.chains, chain: options.chain, end: { before } };
    await tellFunds(request, fundsOutput(options, write), tellProgress);
    endProgress();
  }
}

@Command({
  name: 'wallet',
  description: 'make a wallet, find what its addresses hold',
  subCommands: [WalletNewCommand, WalletExportCommand, WalletScanCommand],
})
export class WalletCommand extends CommandRunner {
  run(): Promise<void> {
    this.command.help();
  }
}

export const WALLET_COMMANDS = [WalletCommand, WalletNewCommand, WalletExportCommand, WalletScanCommand];

function settingsOf({ mnemonic, xpub }: { mnemonic: string; xpub: string }): string {
  return [
    '',
    'Write the words down, and keep them off line: they are shown this once and stored nowhere.',
    'Set one of these, best from a file (XPUB_FILE, MNEMONIC_FILE):',
    '',
    '# no private key on the server; you move the money yourself, with: npm run wallet:export',
    `XPUB=${xpub}`,
    '',
    '# the words on the server; the sweeper moves the money to TREASURY_ADDRESS',
    `MNEMONIC="${mnemonic}"`,
    '',
  ].join('\n');
}

function schemeOf(settings: Settings) {
  if (settings.xpub === null && settings.mnemonic === null)
    throw new Error('which wallet? Set XPUB or MNEMONIC (or XPUB_FILE, MNEMONIC_FILE)');
  return depositScheme(settings);
}

function write(text: string): void {
  process.stdout.write(text);
}

function tellProgress(index: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\raddress ${index} `);
}

function endProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\n');
}
