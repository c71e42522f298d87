import { html } from './html.js';
import { type PageAssets, pageDocument } from './document.js';
import { type PageLanguage, Texts } from './texts.js';

/** A page that says one thing, where there is no payment to show. */
export function noticePage(key: string, language: PageLanguage, assets: PageAssets | null): string {
  const texts = new Texts(language.texts, language.code);
  return pageDocument(language, assets, {
    title: texts.say(key),
    body: html`<main>
      <h1>${texts.say(key)}</h1>
      <p>${texts.say(`${key}_hint`)}</p>
    </main>`,
  });
}
