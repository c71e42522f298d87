import { type Receipt } from '../receipt.js';
import { brandHead, brandLinks, brandLogo, type PageBrand } from './brand.js';
import { html, verbatim } from './html.js';
import { type PageAssets, pageDocument } from './document.js';
import { type PageLanguage, Texts } from './texts.js';

/** What its page shows besides what a receipt says. */
export interface SignedReceipt {
  token: string;
  jws: string;
  brand: PageBrand;
  /** As people of the language write it, and as the pay page does; null: there is none. */
  price: string | null;
}

/** For printing, and for whoever reads it on a screen. */
export function receiptPage(
  receipt: Receipt,
  { token, jws, brand, price }: SignedReceipt,
  language: PageLanguage,
  assets: PageAssets | null,
): string {
  const texts = new Texts(language.texts, language.code);
  const say = (key: string) => texts.say(key);
  const time = new Intl.DateTimeFormat(language.code, {
    dateStyle: 'long',
    timeStyle: 'long',
    timeZone: 'UTC',
  });
  const amounts = receipt.received.map(({ amount, symbol, chain }) => `${amount} ${symbol} (${chain})`);
  const rows: [string, string][] = [
    [say('receipt_from'), receipt.merchant],
    ...(receipt.reference === null
      ? []
      : [[say('receipt_reference'), receipt.reference] as [string, string]]),
    ...(price === null ? [] : [[say('receipt_price'), price] as [string, string]]),
    ...amounts.map((amount) => [say('receipt_amount'), amount] as [string, string]),
    ...receipt.refunded.map(
      ({ amount, symbol }) => [say('receipt_refunded'), `${amount} ${symbol}`] as [string, string],
    ),
    [say('receipt_time'), time.format(new Date(receipt.paid_at))],
    [say('receipt_payment'), receipt.payment_id],
    [say('receipt_address'), receipt.address],
    ...receipt.transactions.map(({ tx_hash: hash }) => [say('transactions'), hash] as [string, string]),
  ];
  return pageDocument(language, assets, {
    title: say('receipt_title'),
    head: brandHead(brand) ?? undefined,
    body: html`<main>
      ${brandLogo(brand)}
      <h1>${say('receipt_title')}</h1>
      <dl class="receipt">
        ${rows.map(
          ([term, text]) =>
            html`<dt>${term}</dt>
              <dd>${verbatim(text)}</dd>`,
        )}
      </dl>
      <p>${say('receipt_signed')} <a href="/pay/${token}/receipt.json">receipt.json</a></p>
      <p><code class="signature" dir="ltr" translate="no">${jws.split('.')[2] ?? ''}</code></p>
      <footer>${brandLinks(brand, texts)}</footer>
    </main>`,
  });
}
