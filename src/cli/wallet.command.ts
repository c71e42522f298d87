import { type Command } from 'commander';
import { type DataSource } from 'typeorm';
import { type Configuration } from '../config/read-configuration.js';
import { type DepositScheme } from '../wallet/deposit-scheme.js';
import { type ScanEnd } from '../wallet/deposit-scan.js';
import { endProgress, named, type OutputOptions, printingCommand, showProgress } from './option.js';
import { printOne } from './print.js';
import { type Terminal } from './terminal.js';
import { UsageError } from './usage.error.js';

interface FundsOptions extends OutputOptions {
  csv?: boolean;
  chain?: string;
}

interface ScanOptions extends FundsOptions {
  gapLimit?: number;
  atLeast?: number;
}

export function walletCommands(group: Command, terminal: Terminal): void {
  printingCommand(group, 'new', 'make a wallet and print its words, xpub and settings; nothing is stored')
    .option('--words <count>', '12 or 24', words, 24)
    .action((options: OutputOptions & { words: 12 | 24 }) => makeWallet(terminal, options));
  fundsCommand(
    group,
    'export',
    'list the funded deposit addresses of the database’s payments with paths, balances and totals',
  ).action((options: FundsOptions) => exportFunds(terminal, options));
  fundsCommand(
    group,
    'scan',
    'find every funded deposit address from MNEMONIC or XPUB alone, without a database',
  )
    .option(
      '--gap-limit <count>',
      'end after so many unused addresses in a row; else WALLET_GAP_LIMIT',
      gapLimit,
    )
    .option(
      '--at-least <index>',
      'go on to this index whatever is unused below; else as far as the database says, if it is at hand',
      atLeastOption,
    )
    .action((options: ScanOptions) => scan(terminal, options));
  printingCommand(
    group,
    'skip',
    'go past derivation indices, as after a restore: no new payment gets an address from before',
  )
    .option('--to <index>', 'the next one given out; else past the last that was used', indexOption)
    .option(
      '--merchant <id>',
      'who is notified of money at the addresses in between; else the only merchant, or one made for it',
    )
    .action((options: SkipOptions) => skip(terminal, options));
}

interface SkipOptions extends OutputOptions {
  to?: number;
  merchant?: string;
}

/** Without `--to`: past what was given out and the last used address that a scan finds, and some more for those not paid yet. */
async function skip(terminal: Terminal, { to, merchant, json }: SkipOptions): Promise<void> {
  const [
    { withServices },
    { jumpTo, nextIndex, USUAL_SKIP },
    { getDataSourceToken },
    { lastUsedIndex },
    { readAgainAfterRestore },
  ] = await Promise.all([
    import('./services.js'),
    import('../wallet/next-index.js'),
    import('@nestjs/typeorm'),
    import('./last-used.js'),
    import('../outgoing/after-restore/restored-chains.js'),
  ]);
  await withServices(terminal, {}, async (services, configuration) => {
    const { manager } = services.get<DataSource>(getDataSourceToken());
    const scheme = await schemeOf(configuration);
    const next = await nextIndex(manager);
    const found = to === undefined ? await lastUsedIndex(configuration, scheme, next) : null;
    const target = to ?? Math.max(next, (found ?? -1) + 1) + USUAL_SKIP;
    const jump = await manager.transaction(async (inner) => {
      // Where addresses were used that the database does not know of, money may have left that it does not know of.
      await readAgainAfterRestore(inner);
      return jumpTo(inner, target, 'wallet skip', { scheme, merchantId: merchant ?? null });
    });
    const { fromIndex: first_skipped, toIndex: next_index, merchantId: notified_of_skipped } = jump;
    printOne(terminal, { last_used: found, first_skipped, next_index, notified_of_skipped }, { json });
    if (next_index - first_skipped < configuration.settings.walletGapLimit / 2) return;
    terminal.err(
      `write it down: a wallet scan without this database goes far enough with --at-least ${next_index}\n`,
    );
  });
}

function fundsCommand(group: Command, name: string, description: string): Command {
  return printingCommand(group, name, description)
    .option('--csv', 'print CSV (RFC 4180), for a spreadsheet')
    .option('--chain <name>', 'this chain alone, as chains.yaml names it');
}

const words = named('--words', (value) => {
  if (value === '12' || value === '24') return Number(value);
  throw new UsageError('is not 12 or 24');
});

const derivationIndex = (value: string) => {
  if (/^\d{1,10}$/.test(value) && Number(value) <= 2_147_483_647) return Number(value);
  throw new UsageError('is no derivation index: give a whole number up to 2147483647');
};
const indexOption = named('--to', derivationIndex);
const atLeastOption = named('--at-least', derivationIndex);

const gapLimit = named('--gap-limit', (value) => {
  if (/^\d{1,8}$/.test(value) && Number(value) >= 1 && Number(value) <= 10_000_000) return Number(value);
  throw new UsageError('must be a whole number from 1 to 10000000');
});

/** A wallet is made before there is anything to configure. */
async function makeWallet(
  terminal: Terminal,
  { words: count, json }: OutputOptions & { words: 12 | 24 },
): Promise<void> {
  const { newWallet } = await import('../wallet/new-wallet.js');
  const { mnemonic, xpub, firstAddress } = newWallet(count);
  printOne(terminal, { mnemonic, xpub, first_address: firstAddress }, { json });
  if (!json) terminal.out(settingsOf({ mnemonic, xpub }));
}

/** What is lost with a database and the machine it ran on: a scan is for that day, and asks for neither. */
const LOST = ['DATABASE_URL', 'ENCRYPTION_KEY'];

async function scan(terminal: Terminal, options: ScanOptions): Promise<void> {
  const [{ commandConfiguration }, { indicesGivenOut }] = await Promise.all([
    import('./command-configuration.js'),
    import('./indices-given-out.js'),
  ]);
  const configuration = await commandConfiguration(terminal, LOST);
  const { gapLimit: limit = configuration.settings.walletGapLimit } = options;
  const scheme = await schemeOf(configuration);
  const given = await indicesGivenOut(configuration.settings, scheme);
  const atLeast = Math.max(options.atLeast ?? 0, given ?? 0);
  await listFunds(terminal, configuration, scheme, { gapLimit: limit, atLeast }, options);
  terminal.err(
    `the scan ended after ${limit} unused addresses in a row, beyond index ${atLeast}; ` +
      (given === null
        ? 'no database says how many were given out: if more payments than that were made one after another and not ' +
          'paid, or indices were skipped after a restore, give --at-least with an index beyond them\n'
        : `the database has given out those below ${given}\n`),
  );
}

async function exportFunds(terminal: Terminal, options: FundsOptions): Promise<void> {
  const [{ withServices }, { WalletExtent }] = await Promise.all([
    import('./services.js'),
    import('../wallet/wallet-extent.js'),
  ]);
  await withServices(terminal, { providers: [WalletExtent] }, async (services, configuration) => {
    const scheme = await schemeOf(configuration);
    const before = await services.get(WalletExtent).indicesGiven(scheme);
    await listFunds(terminal, configuration, scheme, { before }, options);
  });
}

async function listFunds(
  terminal: Terminal,
  { chains }: Configuration,
  scheme: DepositScheme,
  end: ScanEnd,
  options: FundsOptions,
): Promise<void> {
  const [{ tellFunds }, { fundsOutput }] = await Promise.all([
    import('./tell-funds.js'),
    import('./funds-output.js'),
  ]);
  const output = fundsOutput(options, (text) => terminal.out(text));
  const unread = await tellFunds({ scheme, chains, chain: options.chain, end }, output, (index) =>
    showProgress(terminal, `address ${index}`),
  );
  endProgress(terminal);
  unread.forEach((text) => terminal.err(`${text}\n`));
}

async function schemeOf({ settings }: Configuration): Promise<DepositScheme> {
  if (settings.xpub === null && settings.mnemonic === null)
    throw new UsageError('which wallet? Set XPUB or MNEMONIC (or XPUB_FILE, MNEMONIC_FILE)');
  const { depositScheme } = await import('../wallet/scheme-of-settings.js');
  return depositScheme(settings);
}

function settingsOf({ mnemonic, xpub }: { mnemonic: string; xpub: string }): string {
  return [
    '',
    'Write the words down, and keep them off line: they are shown this once and stored nowhere.',
    'Set one of these, best from a file (XPUB_FILE, MNEMONIC_FILE):',
    '',
    '# no private key on the server; you move the money yourself, with: quittance wallet export',
    `XPUB=${xpub}`,
    '',
    '# the words on the server; the sweeper moves the money to TREASURY_ADDRESS',
    `MNEMONIC="${mnemonic}"`,
    '',
  ].join('\n');
}
