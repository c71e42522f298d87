import { type PageData, type PageDataOption } from '../../src/checkout/page/page-data.js';

/** What the page knows of its payment: written into it by the server, and read again from each newer copy. */
export type PageState = Omit<PageData, 'options'> & { options: PayOption[] };

export type PayOption = Omit<PageDataOption, 'amountDue'> & { amountDue: bigint };

/** @returns null for a page without a payment, which stays as the server rendered it */
export function readPageState(page: Document): PageState | null {
  const block = page.getElementById('page-data');
  if (!block) return null;
  const data = JSON.parse(block.textContent ?? '') as PageData;
  return {
    ...data,
    options: data.options.map((option) => ({ ...option, amountDue: BigInt(option.amountDue) })),
  };
}
