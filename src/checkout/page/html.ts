/** Markup that is safe to send: made by `html` only, which escapes whatever is put into it. */
export class Html {
  constructor(readonly markup: string) {}
}

type Part = Html | string | number | null | false | readonly Part[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A template whose values are text, however hostile: only other templates are taken as markup. Null and false are left out. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(
    strings.reduce((done, string, index) => done + markupOf(parts[index - 1] ?? null) + string),
  );
}

function markupOf(part: Part): string {
  if (part === null || part === false) return '';
  if (part instanceof Html) return part.markup;
  if (typeof part === 'object') return part.map(markupOf).join('');
  return String(part).replace(/[&<>"']/g, (character) => ESCAPES[character] as string);
}

/**
 * JSON for a `<script type="application/json">`: a `<` in a text could end the element, or open a comment that swallows
 * the rest of the page.
 */
export function jsonBlock(value: unknown): Html {
  return new Html(JSON.stringify(value).replace(/</g, '\\u003c'));
}

/** A stranger's text turns nothing around it: without direction marks of its own, in an element of its own direction. */
export function strangersText(text: string): Html {
  return html`<bdi>${plainText(text)}</bdi>`;
}

/** A name, an amount or a hash: as `strangersText`, and kept from the browser's translation, which makes other networks of networks. */
export function verbatim(text: string): Html {
  return html`<bdi translate="no">${plainText(text)}</bdi>`;
}

/** As `verbatim`, for what runs from left to right in every language: amounts, hashes and addresses. */
export function verbatimLtr(...parts: readonly (Html | string)[]): Html {
  return html`<bdi dir="ltr" translate="no">${parts}</bdi>`;
}

/** Where no element of its own can hold a text: without marks that turn what is around it. */
export function plainText(text: string): string {
  return text.replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '');
}
