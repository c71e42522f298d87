/** What is below a page and may be opened by its address. */
const OPENED = ['', '/receipt', '/receipt.json', '/return', '/cancel'];
/** What only takes forms: a browser that asks for it has sent one, and wants the page. */
const FORMS = ['/check', '/choose', '/dev-payment'];

/** No mail and no messenger puts these behind a link; who does tries something. */
const CONTROL = /%[01]|[\x00-\x1f]/;

/** What mails and messengers add is short. */
const LONGEST_REST = 64;

/**
 * Where a page is whose address was changed on its way: in capitals, with slashes too many, with the mark behind it that
 * ended a sentence. Made of what is known here alone, so that it leads nowhere else.
 * @param path as it was asked for, without the query
 * @returns null: it has no whole token, or is as it should be
 */
export function mendedPath(path: string): string | null {
  const [, kind = '', token = '', rest = ''] =
    /^\/+(pay|l)\/+([0-9a-f]{32})(?![0-9a-z])(.*)$/is.exec(path) ?? [];
  if (token === '' || rest.length > LONGEST_REST || CONTROL.test(rest)) return null;
  const below = rest
    .toLowerCase()
    .replace(/\/{2,}/g, '/')
    .replace(/(?:%[0-9a-f]{2}|[^a-z0-9-])+$/, '');
  const page = `/${kind.toLowerCase()}/${token.toLowerCase()}`;
  if (below === '' || FORMS.includes(below)) return page === path ? null : page;
  const mended = kind.toLowerCase() === 'pay' && OPENED.includes(below) ? page + below : page;
  return mended === path ? null : mended;
}
