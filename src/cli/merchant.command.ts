import { type Command } from 'commander';
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
  underpaymentToleranceBps?: number;
  accept?: WrittenAssets;
  shopOrigins?: string[];
}

export function merchantCommands(group: Command, terminal: Terminal): void {
  printingCommand(group, 'create', 'create a merchant')
    .argument('<name>')
    .option(TOLERANCE_FLAGS, TOLERANCE, basisPoints)
    .option(ACCEPT_FLAGS, ACCEPT, writtenAssets)
    .option(ORIGINS_FLAGS, ORIGINS, writtenOrigins)
    .action((name: string, options: MerchantOptions) => create(terminal, name, options));
  printingCommand(group, 'update', 'change a merchant; payments that exist stay as they are')
    .argument('<id>')
    .option('--name <name>', 'its new name')
    .option(TOLERANCE_FLAGS, TOLERANCE, basisPoints)
    .option(ACCEPT_FLAGS, ACCEPT, writtenAssets)
    .option(ORIGINS_FLAGS, ORIGINS, writtenOrigins)
    .action((id: string, options: MerchantOptions & { name?: string }) => update(terminal, id, options));
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

async function create(terminal: Terminal, name: string, options: MerchantOptions): Promise<void> {
  const { underpaymentToleranceBps: tolerance, accept, shopOrigins } = options;
  const { checked, CreateMerchantDto, merchantView, withAuth } = await import('./auth-services.js');
  checked(CreateMerchantDto, { name, underpayment_tolerance_bps: tolerance, shop_origins: shopOrigins });
  await withAuth(terminal, async (auth, manager, chains) => {
    const accepted = accept && (await acceptedOf(accept, chains));
    const merchant = await auth.createMerchant(manager, name, tolerance, accepted, shopOrigins);
    printOne(terminal, merchantView(merchant, chains), options);
  });
}

async function update(
  terminal: Terminal,
  id: string,
  options: MerchantOptions & { name?: string },
): Promise<void> {
  const { name, underpaymentToleranceBps, accept, shopOrigins } = options;
  if ([name, underpaymentToleranceBps, accept, shopOrigins].every((one) => one === undefined))
    throw new UsageError(
      'say what to change: --name, --underpayment-tolerance-bps, --accept or --shop-origins',
    );
  const { checked, isUUID, MerchantNotFoundError, merchantView, UpdateMerchantDto, withAuth } =
    await import('./auth-services.js');
  if (!isUUID(id)) throw new MerchantNotFoundError(id);
  checked(UpdateMerchantDto, {
    name,
    underpayment_tolerance_bps: underpaymentToleranceBps,
    shop_origins: shopOrigins,
  });
  await withAuth(terminal, async (auth, _manager, chains) => {
    const acceptedAssets = accept && (await acceptedOf(accept, chains));
    const changes = { name, underpaymentToleranceBps, acceptedAssets, shopOrigins };
    const changed = await auth.updateMerchant(id, changes);
    printOne(terminal, merchantView(changed, chains), options);
  });
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
