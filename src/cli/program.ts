import { Command, CommanderError } from 'commander';
import { VERSION } from '../config/version.js';
import { type Terminal } from './terminal.js';

/** Adds the options, arguments and subcommands of one command, and what each of them does. */
export type Declare = (command: Command, terminal: Terminal) => void;

interface TopCommand {
  name: string;
  description: string;
  /** Loaded only when the command, or its help, is asked for. */
  load: () => Promise<Declare>;
}

const COMMANDS: readonly TopCommand[] = [
  {
    name: 'merchant',
    description: 'manage merchants',
    load: async () => (await import('./merchant.command.js')).merchantCommands,
  },
  {
    name: 'key',
    description: 'manage API keys',
    load: async () => (await import('./key.command.js')).keyCommands,
  },
  {
    name: 'wallet',
    description: 'make a wallet, find what its addresses hold',
    load: async () => (await import('./wallet.command.js')).walletCommands,
  },
  {
    name: 'sweep',
    description: 'bring money to the treasury',
    load: async () => (await import('./sweep.command.js')).sweepCommands,
  },
  {
    name: 'payment',
    description: 'export payments',
    load: async () => (await import('./payment.command.js')).paymentCommands,
  },
  {
    name: 'link',
    description: 'pages that make a payment for each of their visitors',
    load: async () => (await import('./link.command.js')).linkCommands,
  },
  {
    name: 'ledger',
    description: 'prove and export the books',
    load: async () => (await import('./ledger.command.js')).ledgerCommands,
  },
  {
    name: 'scanner',
    description: 'work on what was scanned',
    load: async () => (await import('./scanner.command.js')).scannerCommands,
  },
  {
    name: 'migrate',
    description: 'bring the database schema up to date, ours and the queue’s, or say what is missing',
    load: async () => (await import('./migrate.command.js')).migrateCommand,
  },
  {
    name: 'doctor',
    description: 'check everything that installations commonly get wrong, and say how to fix it',
    load: async () => (await import('./doctor.command.js')).doctorCommand,
  },
  {
    name: 'backup',
    description: 'write the database into one file, while Quittance runs or not',
    load: async () => (await import('./backup.command.js')).backupCommand,
  },
  {
    name: 'restore',
    description: 'bring a backup into an empty database, and go past addresses given out since',
    load: async () => (await import('./backup.command.js')).restoreCommand,
  },
  {
    name: 'dev',
    description: 'on the dev chain: pay, expire and reorg payments, mine, move the clock',
    load: async () => (await import('./dev.command.js')).devCommands,
  },
  {
    name: 'openapi',
    description: 'print the OpenAPI document, as /openapi.json has it; needs no configuration',
    load: async () => (await import('./openapi.command.js')).openApiCommand,
  },
  {
    name: 'webhook',
    description: 'try out webhooks',
    load: async () => (await import('./webhook.command.js')).webhookCommands,
  },
];

/**
 * Runs one command line, without the words `node` and `quittance`.
 * @returns the exit code; what went wrong has been written to the terminal, in a line
 */
export async function runCommandLine(words: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await (await programFor(words, terminal)).parseAsync(words, { from: 'user' });
    return terminal.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    terminal.err(`${(error as Error).message}\n`);
    return 1;
  }
}

async function programFor(words: readonly string[], terminal: Terminal): Promise<Command> {
  const program = new Command('quittance')
    .version(VERSION)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
    });
  // `quittance help merchant` is `quittance merchant --help`.
  const wanted = words.find((word) => word !== 'help' && !word.startsWith('-'));
  for (const { name, description, load } of COMMANDS) {
    const command = program.command(name).description(description).allowExcessArguments(false);
    if (name === wanted) (await load())(command, terminal);
  }
  return program;
}
