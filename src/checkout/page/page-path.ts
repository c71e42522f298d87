import { type PageLanguage } from './texts.js';

/**
 * A path of a page, in the language that was asked for by `?lang=`: forms, links and redirects carry it on. Where none
 * was, the browser says its own each time.
 */
export function pagePath(
  token: string,
  language: Asked,
  below = '',
  query: Readonly<Record<string, string>> = {},
): string {
  return `/pay/${token}${below}${searchOf(language, query)}`;
}

/** The same of a payment link's page. */
export function linkPath(token: string, language: Asked): string {
  return `/l/${token}${searchOf(language, {})}`;
}

type Asked = Pick<PageLanguage, 'code' | 'isAskedFor'>;

function searchOf({ code, isAskedFor }: Asked, query: Readonly<Record<string, string>>): string {
  const search = new URLSearchParams({ ...(isAskedFor ? { lang: code } : {}), ...query }).toString();
  return search && `?${search}`;
}
