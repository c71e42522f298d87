import { shownAssets } from '../auth/accepted-assets.js';
import { type ChainConfig } from '../config/chains.js';
import { urlAt } from '../config/public-url.js';
import { type LinkField } from './answers.js';
import { type LinkPrice, shownPrice } from './link-price.js';
import { type PaymentLink } from './payment-link.entity.js';

/** A payment link as its merchant sees it. */
export interface PaymentLinkView {
  id: string;
  /** The page for visitors; null: PUBLIC_URL is not set. */
  url: string | null;
  active: boolean;
  title: string;
  description: string | null;
  price: LinkPrice;
  accept: { chain: string; token_id: string | null }[] | null;
  once: boolean;
  stock: number | null;
  /** Payments that have a piece of it; more than the stock where money came late. Null: any number. */
  stock_taken: number | null;
  /** Null: any number. */
  stock_left: number | null;
  fields: LinkField[];
  success_url: string | null;
  cancel_url: string | null;
  reference: string | null;
  metadata: Record<string, unknown> | null;
  payment_expires_in_minutes: number | null;
  expires_at: string | null;
  /** Grows with every change. */
  version: number;
  created_at: string;
}

/** The links of which it matters how many payments they have: of one without a stock they are not counted. */
export function withStock(links: readonly PaymentLink[]): string[] {
  return links.filter((link) => stockOf(link) !== null).map(({ id }) => id);
}

/** How many payments may have a piece of it at a time; null: any number. */
function stockOf({ once, stock }: Pick<PaymentLink, 'once' | 'stock'>): number | null {
  return once ? 1 : stock;
}

/** @param taken payments that have a piece of it, which money that came late may bring above the stock */
export function stockLeft(link: Pick<PaymentLink, 'once' | 'stock'>, taken: number): number | null {
  const stock = stockOf(link);
  return stock === null ? null : Math.max(0, stock - taken);
}

export function isOver({ isActive, expiresAt }: PaymentLink, now: Date): boolean {
  return !isActive || (expiresAt !== null && expiresAt <= now);
}

export function paymentLinkView(
  link: PaymentLink,
  taken: number,
  publicUrl: string | null,
  chains: readonly ChainConfig[],
): PaymentLinkView {
  return {
    id: link.id,
    url: urlAt(publicUrl, `/l/${link.token}`),
    active: link.isActive,
    title: link.title,
    description: link.description,
    price: shownPrice(link.price, chains),
    accept: shownAssets(link.accept, chains),
    once: link.once,
    stock: link.stock,
    stock_taken: stockOf(link) === null ? null : taken,
    stock_left: stockLeft(link, taken),
    fields: link.fields,
    success_url: link.successUrl,
    cancel_url: link.cancelUrl,
    reference: link.reference,
    metadata: link.metadata,
    payment_expires_in_minutes: link.paymentMinutes,
    expires_at: link.expiresAt?.toISOString() ?? null,
    version: link.version,
    created_at: link.createdAt.toISOString(),
  };
}
