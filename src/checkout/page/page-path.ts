import { type PageLanguage } from './texts.js';

/**
 * A path of a page, in the language that was asked for by `?lang=`: forms, links and redirects carry it on. Where none
 * was, the browser says its own each time.
 */
export function pagePath(
  token: string,
  { code, isAskedFor }: Pick<PageLanguage, 'code' | 'isAskedFor'>,
  below = '',
  query: Readonly<Record<string, string>> = {},
): string {
  const search = new URLSearchParams({ ...(isAskedFor ? { lang: code } : {}), ...query }).toString();
  return `/pay/${token}${below}${search && `?${search}`}`;
}
