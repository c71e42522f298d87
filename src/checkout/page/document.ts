import { html, type Html } from './html.js';
import { type PageLanguage } from './texts.js';

export interface PageAssets {
  script: string;
  style: string;
}

interface Parts {
  title: string;
  /** For those who find or share the page; left out where it says no more than the title. */
  description?: string;
  /** What else belongs into its head. */
  head?: Html;
  body: Html;
}

/** What every page is within: its language and direction, no place in search engines, our styles and nobody else's. */
export function pageDocument(
  language: PageLanguage,
  assets: PageAssets | null,
  { title, description, head, body }: Parts,
): string {
  return html`<!doctype html>
    <html lang="${language.code}" dir="${language.direction}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <meta name="color-scheme" content="light dark" />
        <meta name="darkreader-lock" />
        <meta name="format-detection" content="telephone=no, date=no, address=no, email=no" />
        ${description !== undefined && html`<meta name="description" content="${description}" />`}
        <title>${title}</title>
        ${assets && html`<link rel="stylesheet" href="${assets.style}" />`}
        <link rel="icon" href="data:," />
        ${head ?? null}
      </head>
      <body>
        ${body}
      </body>
    </html> `.markup;
}
