import { brandHead, brandLinks, brandLogo, type PageBrand } from './brand.js';
import { type PageAssets, pageDocument } from './document.js';
import { html, plainText, verbatim } from './html.js';
import { type PageLanguage, Texts } from './texts.js';

/** Whose page it would have been. */
export interface NoticeOf {
  merchant: string;
  brand: PageBrand;
  /** Of the payment that it is about; null: there is none, or it is not the reader's. */
  payPath: string | null;
}

/** A page that says one thing, where there is no payment to show. @param of null: it belongs to nobody */
export function noticePage(
  key: string,
  language: PageLanguage,
  assets: PageAssets | null,
  of: NoticeOf | null,
): string {
  const texts = new Texts(language.texts, language.code);
  return pageDocument(language, assets, {
    title: texts.say(key),
    head: of === null ? undefined : (brandHead(of.brand) ?? undefined),
    body: html`<main>
      ${
        of === null
          ? null
          : html`<header>
              ${brandLogo(of.brand)}
              <p class="muted">${verbatim(of.merchant)}</p>
            </header>`
      }
      <h1>${texts.say(key)}</h1>
      <p>${texts.say(`${key}_hint`)}</p>
      ${of?.payPath ? html`<p><a href="${of.payPath}">${texts.say('title', { merchant: plainText(of.merchant) })}</a></p>` : null}
      ${of === null ? null : html`<footer>${brandLinks(of.brand, texts)}</footer>`}
    </main>`,
  });
}
