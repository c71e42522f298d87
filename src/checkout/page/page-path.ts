import { type PageLanguage } from './texts.js';

type Wish = Pick<PageLanguage, 'code' | 'isAskedFor'>;

/**
 * A path in the language that was asked for by `?lang=`: forms, links and redirects carry it on. Where none was, the
 * browser says its own each time.
 */
export function inLanguage(
  path: string,
  { code, isAskedFor }: Wish,
  query: Readonly<Record<string, string>> = {},
): string {
  const search = new URLSearchParams({ ...(isAskedFor ? { lang: code } : {}), ...query }).toString();
  return search === '' ? path : `${path}?${search}`;
}

/** Of a payment's page, or of what is below it. */
export function pagePath(
  token: string,
  language: Wish,
  below = '',
  query: Readonly<Record<string, string>> = {},
): string {
  return inLanguage(`/pay/${token}${below}`, language, query);
}
