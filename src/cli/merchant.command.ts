import { readFile } from 'node:fs/promises';
import { type Command } from 'commander';
import { type MerchantSettings } from '../auth/auth.service.js';
import { type UpdateMerchantDto } from '../auth/dto/auth.dto.js';
import { type ChainConfig } from '../config/chains.js';
import { ACCEPT, ACCEPT_FLAGS, acceptedOf, type WrittenAssets, writtenAssets } from './accept-option.js';
import { named, type OutputOptions, printingCommand } from './option.js';
import { print, printOne } from './print.js';
import { type Terminal } from './terminal.js';
import { UsageError } from './usage.error.js';

const ALL = 10_000;
const TOLERANCE_FLAGS = '--underpayment-tolerance-bps <n>';
const TOLERANCE =
  'how much less than the amount due is enough, in basis points: 0 to 1000; payments take it over';

const ORIGINS_FLAGS = '--shop-origins <origins>';
const ORIGINS =
  'where the shop is, with commas between: what pay pages lead back to, and who may show them in a frame; none: nobody';

interface MerchantOptions extends OutputOptions {
  name?: string;
  underpaymentToleranceBps?: number;
  accept?: WrittenAssets;
  shopOrigins?: string[];
  brandColor?: string;
  support?: string;
  termsUrl?: string;
  /** Of a file. */
  logo?: string;
}

const OPTIONS = {
  '--underpayment-tolerance-bps': 'underpaymentToleranceBps',
  '--accept': 'accept',
  '--shop-origins': 'shopOrigins',
  '--brand-color': 'brandColor',
  '--support': 'support',
  '--terms-url': 'termsUrl',
  '--logo': 'logo',
} as const satisfies Record<string, keyof MerchantOptions>;

export function merchantCommands(group: Command, terminal: Terminal): void {
  merchantOptions(printingCommand(group, 'create', 'create a merchant').argument('<name>')).action(
    (name: string, options: MerchantOptions) => create(terminal, name, options),
  );
  merchantOptions(
    printingCommand(group, 'update', 'change a merchant; payments that exist stay as they are')
      .argument('<id>')
      .option('--name <name>', 'its new name'),
  ).action((id: string, options: MerchantOptions) => update(terminal, id, options));
  printingCommand(group, 'list', 'list merchants, oldest first').action((options: OutputOptions) =>
    list(terminal, options),
  );
}

const basisPoints = named('--underpayment-tolerance-bps', (value) => {
  if (/^\d{1,4}$/.test(value)) return Number(value);
  throw new UsageError('is not from 0 to 1000: 50 is half a per cent');
});

const writtenOrigins = (text: string): string[] =>
  text === 'none' ? [] : text.split(',').map((one) => one.trim());

function merchantOptions(command: Command): Command {
  return command
    .option(TOLERANCE_FLAGS, TOLERANCE, basisPoints)
    .option(ACCEPT_FLAGS, ACCEPT, writtenAssets)
    .option(ORIGINS_FLAGS, ORIGINS, writtenOrigins)
    .option('--brand-color <#rrggbb>', 'colour of buttons and links of its pay pages; none: ours')
    .option('--support <where>', 'where its customers ask: an e-mail address or an https URL; none: nowhere')
    .option('--terms-url <url>', 'its terms, which pay pages link to; none: they do not')
    .option(
      '--logo <file>',
      'a PNG or JPEG, shown on its pay pages at most 480 × 160 pixels large; none: no logo',
    );
}

async function create(terminal: Terminal, name: string, options: MerchantOptions): Promise<void> {
  const { checked, CreateMerchantDto, merchantView, withMerchants } = await import('./auth-services.js');
  const given = checked(CreateMerchantDto, { name, ...givenIn(options) });
  const logo = await logoIn(options);
  await withMerchants(terminal, async ({ auth, logos, manager, chains }) => {
    const settings = await settingsOf(given, options, chains);
    const drawn = logo && (await logos.draw(logo));
    let merchant = await auth.createMerchant(manager, name, settings);
    if (drawn) merchant = await logos.set(merchant.id, drawn);
    printOne(terminal, merchantView(merchant, chains), options);
  });
}

async function update(terminal: Terminal, id: string, options: MerchantOptions): Promise<void> {
  if ([options.name, ...Object.values(OPTIONS).map((one) => options[one])].every((one) => one === undefined))
    throw new UsageError(`say what to change: --name, ${Object.keys(OPTIONS).join(', ')}`);
  const { checked, isUUID, MerchantNotFoundError, merchantView, UpdateMerchantDto, withMerchants } =
    await import('./auth-services.js');
  if (!isUUID(id)) throw new MerchantNotFoundError(id);
  const given = checked(UpdateMerchantDto, { name: options.name, ...givenIn(options) });
  const logo = await logoIn(options);
  await withMerchants(terminal, async ({ auth, logos, chains }) => {
    const drawn = logo && (await logos.draw(logo));
    let merchant = await auth.updateMerchant(id, await settingsOf(given, options, chains));
    if (drawn !== undefined) merchant = await (drawn ? logos.set(id, drawn) : logos.remove(id));
    printOne(terminal, merchantView(merchant, chains), options);
  });
}

function givenIn(options: MerchantOptions) {
  return {
    underpayment_tolerance_bps: options.underpaymentToleranceBps,
    shop_origins: options.shopOrigins,
    brand_color: orNone(options.brandColor),
    support: orNone(options.support),
    terms_url: orNone(options.termsUrl),
  };
}

const orNone = (text: string | undefined) => (text === 'none' ? null : text);

async function settingsOf(
  given: UpdateMerchantDto,
  { accept }: MerchantOptions,
  chains: readonly ChainConfig[],
): Promise<Partial<MerchantSettings>> {
  const { merchantSettings } = await import('./auth-services.js');
  return merchantSettings(given, accept && (await acceptedOf(accept, chains)));
}

/** @returns undefined: it stays as it is; null: none any more */
async function logoIn({ logo: file }: MerchantOptions): Promise<Buffer | null | undefined> {
  if (file === undefined || file === 'none') return file && null;
  try {
    return await readFile(file);
  } catch (error) {
    throw new UsageError(`--logo ${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

async function list(terminal: Terminal, options: OutputOptions): Promise<void> {
  const { merchantView, withAuth } = await import('./auth-services.js');
  await withAuth(terminal, async (auth, _manager, chains) => {
    const merchants = await auth.listMerchants(ALL);
    print(
      terminal,
      merchants.map((merchant) => merchantView(merchant, chains)),
      options,
    );
  });
}
