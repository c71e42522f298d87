import { type Command } from 'commander';
import { type PaymentLinkView } from '../payment-links/payment-link.view.js';
import { type PaymentLinksService } from '../payment-links/payment-links.service.js';
import { ACCEPT, ACCEPT_FLAGS, acceptedOf, type WrittenAssets, writtenAssets } from './accept-option.js';
import { type OutputOptions, named, printingCommand } from './option.js';
import { print, printOne } from './print.js';
import { type Terminal } from './terminal.js';
import { UsageError } from './usage.error.js';

const LINKS_AT_ONCE = 100;

interface CreateOptions extends OutputOptions {
  merchant: string;
  price?: WrittenPrice;
  openPrice?: WrittenCurrency;
  min?: string;
  max?: string;
  once?: boolean;
  stock?: number;
  description?: string;
  ask?: WrittenField[];
  accept?: WrittenAssets;
  successUrl?: string;
  cancelUrl?: string;
  reference?: string;
  paymentExpiresInMinutes?: number;
  expiresAt?: string;
}

interface WrittenCurrency {
  currency: string;
  chain?: string;
}

interface WrittenPrice extends WrittenCurrency {
  amount: string;
}

interface WrittenField {
  label: string;
  required: boolean;
}

export function linkCommands(group: Command, terminal: Terminal): void {
  printingCommand(group, 'create', 'make a page that makes a payment for each of its visitors')
    .argument('<title>', 'what is paid for')
    .requiredOption('--merchant <id>', 'whose payments they are')
    .option('--price <price>', 'as "49.90 EUR", or "12 USDC" with its chain: "12 base/USDC"', price)
    .option('--open-price <currency>', 'the visitor says how much: EUR, or base/USDC', currency)
    .option('--min <amount>', 'the least that a visitor may say')
    .option('--max <amount>', 'the most that a visitor may say')
    .option('--once', 'one payment, which every later visitor is led to')
    .option('--stock <n>', 'how many may be sold', count('--stock'))
    .option('--description <text>', 'more of what is paid for')
    .option(
      '--ask <labels>',
      'what visitors are asked, with commas between; with * what they must answer',
      fields,
    )
    .option(ACCEPT_FLAGS, ACCEPT, writtenAssets)
    .option('--success-url <url>', 'where the pay page leads when it is paid')
    .option('--cancel-url <url>', 'where it leads who does not want to pay')
    .option('--reference <text>', 'of each of its payments')
    .option(
      '--payment-expires-in-minutes <n>',
      'how long each payment has',
      count('--payment-expires-in-minutes'),
    )
    .option('--expires-at <time>', 'from then on it makes no payments, as 2026-12-31T23:00:00Z')
    .action((title: string, options: CreateOptions) => create(terminal, title, options));
  printingCommand(group, 'list', 'list a merchant’s payment links, newest first')
    .requiredOption('--merchant <id>', 'whose')
    .action((options: OutputOptions & { merchant: string }) => list(terminal, options));
  printingCommand(group, 'show', 'print a payment link, whole')
    .argument('<id>')
    .action((id: string, options: OutputOptions) => show(terminal, id, options));
  printingCommand(group, 'disable', 'end a payment link: it makes no more payments; those there are stay')
    .argument('<id>')
    .action((id: string, options: OutputOptions) => setActive(terminal, id, false, options));
  printingCommand(group, 'enable', 'have a payment link make payments again')
    .argument('<id>')
    .option('--stock <n>', 'how many may be sold from now on, with those sold already', count('--stock'))
    .action((id: string, options: OutputOptions & { stock?: number }) =>
      setActive(terminal, id, true, options),
    );
}

const price = named('--price', (text): WrittenPrice => {
  const [amount = '', written = '', ...more] = text.trim().split(/\s+/);
  if (written === '' || more.length > 0)
    throw new UsageError('is no price: write "49.90 EUR" or "12 base/USDC"');
  return { amount, ...writtenCurrency(written) };
});
const currency = named('--open-price', writtenCurrency);

function writtenCurrency(text: string): WrittenCurrency {
  const [first = '', symbol, ...more] = text.trim().split('/');
  if (more.length > 0 || first === '' || symbol === '')
    throw new UsageError('is no currency: write EUR, or an asset with its chain as base/USDC');
  return symbol === undefined ? { currency: first } : { currency: symbol, chain: first };
}

function count(option: string): (text: string) => number {
  return named(option, (text) => {
    if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
    throw new UsageError('is no whole number above 0');
  });
}

const fields = named('--ask', (text): WrittenField[] =>
  text.split(',').map((one) => {
    const label = one.trim().replace(/\*$/, '');
    if (label === '') throw new UsageError('has an empty label: write "Your name*,Note"');
    return { label, required: one.trim().endsWith('*') };
  }),
);

async function create(terminal: Terminal, title: string, options: CreateOptions): Promise<void> {
  const { price: fixed, openPrice: open, min, max, accept } = options;
  if ((fixed === undefined) === (open === undefined))
    throw new UsageError('say what it costs: --price "49.90 EUR", or --open-price EUR');
  if (fixed !== undefined && (min ?? max) !== undefined)
    throw new UsageError('--min and --max go with --open-price: they bound what a visitor says');
  const services = await import('./link-services.js');
  const values = {
    title,
    price: { ...(fixed ?? open), min, max },
    description: options.description,
    once: options.once,
    stock: options.stock,
    fields: options.ask,
    success_url: options.successUrl,
    cancel_url: options.cancelUrl,
    reference: options.reference,
    payment_expires_in_minutes: options.paymentExpiresInMinutes,
    expires_at: options.expiresAt,
  };
  services.newLink(values);
  const merchantId = await requireMerchant(options.merchant);
  await withLinks(terminal, async (links, { chains, auth }) => {
    await auth.merchant(merchantId);
    const accepted = accept && services.shownAssets(await acceptedOf(accept, chains), chains);
    const link = await links.create(merchantId, services.newLink({ ...values, accept: accepted }), undefined);
    printOne(terminal, link, options);
  });
}

async function list(terminal: Terminal, options: OutputOptions & { merchant: string }): Promise<void> {
  const merchantId = await requireMerchant(options.merchant);
  await withLinks(terminal, async (links, { auth }) => {
    await auth.merchant(merchantId);
    const all: PaymentLinkView[] = [];
    for (;;) {
      const { data, has_more: hasMore } = await links.list(merchantId, {
        limit: LINKS_AT_ONCE,
        after: all.at(-1)?.id,
      });
      all.push(...data);
      if (!hasMore) break;
    }
    print(terminal, options.json ? all : all.map(summary), options);
  });
}

async function show(terminal: Terminal, id: string, options: OutputOptions): Promise<void> {
  await requireLink(id);
  await withLinks(terminal, async (links) => {
    printOne(terminal, await links.get(await links.merchantOf(id), id), options);
  });
}

async function setActive(
  terminal: Terminal,
  id: string,
  active: boolean,
  options: OutputOptions & { stock?: number },
): Promise<void> {
  await requireLink(id);
  const { stock } = options;
  await withLinks(terminal, async (links) => {
    printOne(terminal, await links.update(await links.merchantOf(id), id, { active, stock }), options);
  });
}

/** What a person looks for in a list; `--json` and `link show` have the rest. */
function summary({ id, title, active, price: cost, stock_left: left, url }: PaymentLinkView) {
  return { id, title, active, price: `${cost.amount ?? 'open'} ${cost.currency}`, stock_left: left, url };
}

type Beside = {
  chains: Parameters<typeof acceptedOf>[1];
  auth: { merchant: (id: string) => Promise<unknown> };
};

async function withLinks(
  terminal: Terminal,
  work: (links: PaymentLinksService, beside: Beside) => Promise<void>,
): Promise<void> {
  const { AuthService, linkParts, PaymentLinksService, withServices } = await import('./link-services.js');
  await withServices(terminal, linkParts, async (services, { chains }) => {
    const auth = services.get(AuthService, { strict: false });
    await work(services.get(PaymentLinksService, { strict: false }), { chains, auth });
  });
}

async function requireMerchant(id: string): Promise<string> {
  const { isUUID, MerchantNotFoundError } = await import('./link-services.js');
  if (!isUUID(id)) throw new MerchantNotFoundError(id);
  return id.toLowerCase();
}

async function requireLink(id: string): Promise<void> {
  const { isUUID, PaymentLinkNotFoundError } = await import('./link-services.js');
  if (!isUUID(id)) throw new PaymentLinkNotFoundError(id);
}
