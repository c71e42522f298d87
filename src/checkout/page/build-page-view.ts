import { digitsOf } from '../../rates/money.js';
import { type DepositView } from '../../payments/deposit.view.js';
import { type OptionView, type PaymentView } from '../../payments/payment.view.js';
import { awaitedOption } from './awaited-option.js';
import { type PageBrand } from './brand.js';
import { type CheckResult, type PageOption, type PageView, type Situation } from './page-view.js';
import { type PageChain } from './page-chain.js';
import { pagePath } from './page-path.js';
import { situationOf } from './situation.js';
import { type PageLanguage } from './texts.js';
import { wholeUnits } from './whole-units.js';

/** What a page is made of, as it was read. */
export interface PageSubject {
  token: string;
  payment: PaymentView;
  /** Of its news: what the live part compares. */
  mark: string;
  /** What reached the address and does not count, unresolved. */
  deposits: readonly DepositView[];
  merchant: string;
  brand: PageBrand;
  shopOrigins: readonly string[];
  /** By chain id. */
  chains: ReadonlyMap<number, PageChain>;
  canPayFromDevChain: boolean;
  checked: CheckResult | null;
  /** For amounts of currencies, and for links to other pages of the payment. */
  language: Pick<PageLanguage, 'code' | 'isAskedFor'>;
  now: Date;
}

export function buildPageView(subject: PageSubject): PageView {
  const { token, payment, deposits, now } = subject;
  const expiresAt = new Date(payment.expires_at);
  const { status, exception } = payment;
  const situation = situationOf({ status, exception, expiresAt, hasElsewhere: deposits.length > 0 }, now);
  const options = payableOptions(subject);
  const awaited = awaitedOption(payment.options) ?? shownOption(payment);
  const links = linksOf(subject, situation);
  return {
    token,
    paymentId: payment.id,
    status,
    situation,
    version: payment.version,
    mark: subject.mark,
    merchant: subject.merchant,
    brand: subject.brand,
    reference: payment.reference,
    price: priceText(payment, subject.language.code),
    address: payment.address,
    options: options.map((option) => pageOption(option, payment.options.indexOf(option), subject)),
    chosen: chosenOf(payment, options),
    received: receivedOf(payment, subject.language.code),
    elsewhere: deposits.map(({ amount, decimals, symbol, chain }) => ({
      amount: wholeUnits(amount, decimals),
      symbol,
      network: chain,
    })),
    confirmations: { count: awaited.confirmations, required: awaited.required_confirmations },
    transactions: transactionsOf(subject),
    expiresAt: payment.expires_at,
    now: now.toISOString(),
    ...links,
    canPayFromDevChain: subject.canPayFromDevChain,
    embedOrigins: subject.shopOrigins,
    checked: subject.checked,
  };
}

/** By its place: symbols and chains' names may be anything, and an id stands in URLs and in markup. */
function pageOption(option: OptionView, index: number, { chains }: PageSubject): PageOption {
  return {
    id: String(index),
    chainId: option.chain_id,
    network: option.chain,
    symbol: option.symbol,
    token: option.token_address,
    amountDue: wholeUnits(option.amount_due, option.decimals),
    amountDueUnits: option.amount_due,
    paymentUri: option.payment_uri,
    addable: chains.get(option.chain_id)?.addable ?? null,
  };
}

function shownOption({ options, chain_id, token_id }: PaymentView): OptionView {
  const own = options.find((option) => option.chain_id === chain_id && option.token_id === token_id);
  return own ?? (options[0] as OptionView);
}

/** Nobody would see what is sent on a chain that is no longer served: those are not offered, unless there is no other. */
function payableOptions({ payment: { options }, chains }: PageSubject): readonly OptionView[] {
  const served = options.filter(
    ({ chain_id: id, amount_received: received }) => chains.has(id) || received !== '0',
  );
  return served.length > 0 ? served : options;
}

function chosenOf(payment: PaymentView, offered: readonly OptionView[]): string {
  const shown = payment.options.find((option) => option.chosen) ?? shownOption(payment);
  const chosen = offered.includes(shown) ? shown : offered[0];
  return String(payment.options.indexOf(chosen as OptionView));
}

/** Of a payment with a price; null: it has none. */
export function priceText({ price }: PaymentView, language: string): string | null {
  return price && moneyText(price, language);
}

/** An amount as people of the language write it. */
export function moneyText(
  price: { amount: string; currency: string; chain: string | null },
  language: string,
): string {
  if (price.chain !== null) return `${price.amount} ${price.currency}`;
  // By our table: Intl has other digits for some. A link's price may have fewer, as its merchant wrote it.
  const digits = Math.max(digitsOf(price.currency) ?? 0, price.amount.split('.')[1]?.length ?? 0);
  const style = { style: 'currency', currency: price.currency, minimumFractionDigits: digits } as const;
  const format = new Intl.NumberFormat(language, { ...style, maximumFractionDigits: digits });
  // Text, and no number: a number may not hold every digit.
  return format.format(price.amount as `${number}`);
}

function receivedOf(payment: PaymentView, language: string): PageView['received'] {
  const { price, options } = payment;
  if (options.every(({ amount_received: received }) => received === '0')) return null;
  if (price !== null) {
    const texts = [price.received, price.amount].map((amount) => moneyText({ ...price, amount }, language));
    return { amount: price.received, text: texts.join(' / ') };
  }
  const { amount_received: received, amount, decimals, symbol } = shownOption(payment);
  const [so, whole] = [received, amount].map((units) => wholeUnits(units, decimals)) as [string, string];
  return { amount: so, text: `${so} / ${whole} ${symbol}` };
}

function transactionsOf({ payment, deposits, chains }: PageSubject): PageView['transactions'] {
  const all = [...payment.transfers, ...deposits].flatMap(({ tx_hash: hash, chain_id: chainId }) =>
    hash === null ? [] : [{ hash, explorer: chains.get(chainId)?.explorerUrl ?? null }],
  );
  const distinct = [...new Map(all.map((one) => [one.hash, one])).values()];
  return distinct.slice(-MOST_TRANSACTIONS).map(({ hash, explorer }) => ({
    hash,
    url: explorer === null ? null : `${explorer.replace(/\/+$/, '')}/tx/${hash}`,
  }));
}

/** The newest: whoever likes may send dust to an address, and the page is made anew for each. */
const MOST_TRANSACTIONS = 20;

const PAID: readonly Situation[] = ['seen', 'done', 'too_much'];

function linksOf(
  { token, payment, shopOrigins, language }: PageSubject,
  situation: Situation,
): Pick<PageView, 'returnUrl' | 'cancelUrl' | 'receiptUrl'> {
  const isPaid = PAID.includes(situation);
  const leadsTo = (url: string | null, path: string) =>
    url !== null && isOf(url, shopOrigins) ? pagePath(token, language, path) : null;
  const hasReceipt = situation === 'done' || situation === 'too_much';
  return {
    returnUrl: isPaid ? leadsTo(payment.success_url, '/return') : null,
    cancelUrl: isPaid ? null : leadsTo(payment.cancel_url, '/cancel'),
    receiptUrl: hasReceipt ? pagePath(token, language, '/receipt') : null,
  };
}

/** Allowed when the payment was made, and still: an origin that was taken off the list is led to no more. */
export function isOf(url: string, origins: readonly string[]): boolean {
  return URL.canParse(url) && origins.includes(new URL(url).origin);
}
