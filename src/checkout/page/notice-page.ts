import { html } from './html.js';
import { type PageAssets } from './pay-page.js';
import { type PageLanguage, Texts } from './texts.js';

/** A page that says one thing, where there is no payment to show. */
export function noticePage(key: string, language: PageLanguage, assets: PageAssets | null): string {
  const texts = new Texts(language.texts, language.code);
  return html`<!doctype html>
    <html lang="${language.code}" dir="${language.direction}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${texts.say(key)}</title>
        ${assets && html`<link rel="stylesheet" href="${assets.style}" />`}
        <link rel="icon" href="data:," />
      </head>
      <body>
        <main>
          <h1>${texts.say(key)}</h1>
          <p>${texts.say(`${key}_hint`)}</p>
        </main>
      </body>
    </html> `.markup;
}
