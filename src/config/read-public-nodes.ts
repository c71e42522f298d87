import { type ChainsFileEntry } from './chains-file-entry.js';

/** What stands in a URL of a node that asks for a key. Public nodes have words there: /eth, /ext/bc/C/rpc. */
const KEY = /[a-z\d]{20,}|(?=[a-z]*\d)[a-z\d]{12,}/i;

/**
 * The nodes that customers' wallets are given. They stand on public pages, so that nothing which may be a key is taken,
 * and none of our own endpoints that has more than a host.
 * @param own the URLs of rpc_urls
 * @param url reads one and complains
 */
export function publicRpcUrls(
  entry: ChainsFileEntry,
  own: readonly string[],
  url: (path: (string | number)[], given: unknown) => string,
): string[] {
  const given = entry.value.public_rpc_urls;
  if (!Array.isArray(given)) {
    entry.complain(['public_rpc_urls'], 'must be a list of URLs');
    return [];
  }
  return given.map((item, index) => {
    const path = ['public_rpc_urls', index];
    const read = url(path, item);
    const problem = read === '' ? null : problemOf(new URL(read), own);
    if (problem) entry.complain(path, problem);
    return read;
  });
}

function problemOf(url: URL, own: readonly string[]): string | null {
  const { protocol, hostname, username, password, search, pathname } = url;
  const parts = pathname.split('/').filter((part) => part !== '');
  if (protocol === 'http:' && !/^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname))
    return 'must begin with https://; wallets take http from localhost alone';
  if (username !== '' || password !== '' || search !== '' || parts.some((part) => KEY.test(part)))
    return 'looks as if it had a key in it, and customers see it; name a node that asks for none';
  if (parts.length > 0 && own.some((one) => sameNode(one, url)))
    return 'is one of rpc_urls, and customers see it; name a node that is everybody’s';
  return null;
}

function sameNode(one: string, { href }: URL): boolean {
  return URL.canParse(one) && new URL(one).href === href;
}
