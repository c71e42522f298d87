import { isIP } from 'node:net';
import { sendAt, validateCronExpression } from 'cron';
import { UnusableValueError } from './unusable-value.error.js';
import { textProblem } from './usable-text.js';

/** Readers of settings as text. Each returns the value or throws an UnusableValueError. */

export function integerIn(min: number, max: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max)
      throw new UnusableValueError(`must be a whole number from ${min} to ${max}${digitsHint(text)}`);
    return value;
  };
}

/** How a number that was written in another way is written here. */
export function digitsHint(text: string): string {
  const digits = text.replace(/[_,' ]/g, '');
  if (digits !== text && /^\d+$/.test(digits)) return `, in digits alone: ${digits}`;
  if (/^\d+(\.\d+)?\s*[a-zµ%]+$/i.test(text)) return ', without a unit: the name or the description has it';
  return '';
}

export function oneOf<T extends string>(...allowed: readonly T[]) {
  return (text: string): T => {
    if (!allowed.includes(text as T)) throw new UnusableValueError(`must be one of ${allowed.join(', ')}`);
    return text as T;
  };
}

export function listOf<T extends string>(...allowed: readonly T[]) {
  return (text: string): T[] => {
    const items = commaSeparated(text);
    const unknown = items.filter((item) => !allowed.includes(item as T));
    if (items.length === 0) throw new UnusableValueError(`must name at least one of ${allowed.join(', ')}`);
    if (unknown.length > 0)
      throw new UnusableValueError(`knows no "${unknown.join('", "')}"; choose from ${allowed.join(', ')}`);
    return [...new Set(items)] as T[];
  };
}

export function commaSeparated(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** Addresses and networks, as `10.0.0.0/8,::1`. */
export function addressList(text: string): string[] {
  const items = commaSeparated(text);
  const wrong = items.filter((item) => {
    const [address = '', bits, ...more] = item.split('/');
    const family = isIP(address);
    const isWidth =
      bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
    return family === 0 || !isWidth || more.length > 0;
  });
  if (wrong.length === 0) return items;
  throw new Error(`"${wrong.join('", "')}" is no address or network; write them as in 10.0.0.0/8,::1`);
}

/** What to listen on: an IP address, or a name of this machine. */
export function listenHost(text: string): string {
  if (isIP(text) !== 0) return text;
  const bare = text.replace(/^\[(.*)\](:\d+)?$/, '$1').replace(/^([^:]*):\d+$/, '$1');
  if (bare !== text && (isIP(bare) !== 0 || isHostName(bare)))
    throw new UnusableValueError(`takes an address alone: ${bare}; the port stands in PORT`);
  if (isHostName(text)) return text;
  throw new UnusableValueError('must be an IP address or a host name, as 127.0.0.1 or 0.0.0.0 for all');
}

/** Whose last label is no number: that would be an IPv4 address with a typing error (RFC 1123, 2.1). */
function isHostName(text: string): boolean {
  return /^(?!-)[a-z\d_-]{1,63}(\.[a-z\d_-]{1,63})*\.?$/i.test(text) && !/(^|\.)\d+\.?$/.test(text);
}

/** `true`/`false`, also as 1/0, yes/no, on/off. */
export function flag(text: string): boolean {
  const value = text.toLowerCase();
  if (['true', '1', 'yes', 'on'].includes(value)) return true;
  if (['false', '0', 'no', 'off'].includes(value)) return false;
  throw new UnusableValueError('must be true or false');
}

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const SHORTEST_WAIT_MS = 1;
const LONGEST_WAIT_MS = 30 * UNIT_MS.d;
const MOST_WAITS = 50;

/** A list of durations such as `5s,5m,30m,2h`. @returns ms each */
export function durations(text: string): number[] {
  const items = text.split(',').map((item) => item.trim());
  if (items.includes(''))
    throw new UnusableValueError('has a comma with no duration beside it; write them as in 5s,5m,2h');
  if (items.length > MOST_WAITS)
    throw new UnusableValueError(`has ${items.length} durations; ${MOST_WAITS} are the most`);
  return items.map((item) => {
    const ms = millisecondsOf(item);
    if (ms !== null && (ms < SHORTEST_WAIT_MS || ms > LONGEST_WAIT_MS))
      throw new UnusableValueError(`"${item}" is no time to wait: each is from 1ms to 30d`);
    if (ms === null)
      throw new UnusableValueError(
        `"${item}" is no duration; write a number and ms, s, m, h or d, as in 5s,5m,2h`,
      );
    return ms;
  });
}

/** One duration such as `30m`, above zero. @returns ms */
export function duration(text: string): number {
  const ms = millisecondsOf(text);
  if (ms === null || ms === 0)
    throw new UnusableValueError('must be a duration above zero: a number and ms, s, m, h or d, as in 30m');
  if (ms > LONGEST_WAIT_MS) throw new UnusableValueError('is no time to wait: it is 30d at the most');
  return ms;
}

function millisecondsOf(text: string): number | null {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text);
  return match && Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
}

/** Five or six fields, as `0 3 * * *` for three in the night. */
export function cronExpression(text: string): string {
  if (validateCronExpression(text).valid) {
    if (everFires(text)) return text;
    throw new UnusableValueError('never comes, as 30 February: look at its day and month');
  }
  throw new UnusableValueError(
    'is no cron expression; write five fields such as "*/5 * * * *", or six with seconds first',
  );
}

function everFires(text: string): boolean {
  try {
    return sendAt(text) !== null;
  } catch {
    // It looks for years ahead, and gives up.
    return false;
  }
}

/** What is wrong with a text that is no URL of these protocols. It may hold a password: none of it is repeated. */
function urlProblem(text: string, protocols: readonly string[]): string | null {
  const usable = textProblem(text);
  if (usable !== null) return usable;
  const begun = protocols.find((protocol) => text.startsWith(`${protocol}://`));
  if (begun === undefined)
    return `must be a URL that starts with ${protocols.map((protocol) => `${protocol}://`).join(' or ')}`;
  if (/\s/.test(text)) return 'has a space in it; a URL has none';
  const [authority = ''] = text.slice(begun.length + '://'.length).split(/[/?#]/);
  if (authority === '') return `names no host behind ${begun}://`;
  if (!URL.canParse(text))
    return 'cannot be read as a URL: its port is at most 65535, and in a user or a password each of : / ? # [ ] @ % is written percent-encoded, as %23 for #';
  const { hostname, username, password } = new URL(text);
  // `new URL` takes a bare % there, and so does pg; ioredis and whoever sends them over HTTP do not.
  if (!begun.startsWith('postgres') && !isPercentEncoded(username + password))
    return 'has a % in its user or password that is no percent-encoding; write it as %25';
  if (protocols.includes(hostname) || /^(https?|wss?)$/.test(hostname))
    return 'has its beginning twice; take one away';
  if (hostname.includes(',') || /,\w+:\/\//.test(text)) return 'holds several; it takes one';
  return null;
}

function isPercentEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

export function urlWith(...protocols: string[]) {
  return (text: string): string => {
    const problem = urlProblem(text, protocols);
    if (problem !== null) throw new UnusableValueError(problem);
    return text;
  };
}

/** What links are made of, by putting a path behind it. */
function linkBase(text: string): URL {
  const url = new URL(urlWith('http', 'https')(text));
  if (url.username !== '' || url.password !== '')
    throw new UnusableValueError('has a user or password in it, which every link would show; take them out');
  if (/[?#]/.test(text))
    throw new UnusableValueError(
      'has a query or fragment (? or #) in it, behind which no path can stand; take it out',
    );
  return url;
}

/** Of this installation: pages lead to the root of its host. */
export function publicUrl(text: string): string {
  const url = linkBase(text);
  if (/[^/]/.test(url.pathname))
    throw new UnusableValueError(
      `has a path (${url.pathname}), while pay pages lead to the root of their host; give Quittance a host of its own, ` +
        'such as pay.example',
    );
  return text;
}

/** The start page of a block explorer: `/tx/…` is put behind it. */
export function explorerBase(text: string): string {
  linkBase(text);
  const part = /\/(tx|address|token|block)s?\/*$/i.exec(text)?.[0];
  if (part !== undefined)
    throw new UnusableValueError(`ends with ${part}, which is put behind it; take it away`);
  return text;
}

/** A proxy is a host and a port, with a user where it asks for one. */
export function proxyUrl(text: string): string {
  const url = new URL(urlWith('http')(text));
  if (url.pathname !== '/' || /[?#]/.test(text))
    throw new UnusableValueError(
      'has something behind its host and port, which a proxy has not; take it out',
    );
  return text;
}

/** Where webhooks go: a fragment is never sent, and was meant as something else. */
export function webhookUrl(text: string): string {
  const url = urlWith('http', 'https')(text);
  if (text.includes('#'))
    throw new UnusableValueError(
      'has a fragment (#) in it, which is never sent; write it as %23, or take it out',
    );
  return url;
}

/** What follows the host is the number of a database there; ioredis ends the process over anything else. */
export function redisUrl(text: string): string {
  const url = urlWith('redis', 'rediss')(text);
  if (!/^\/?(\d{1,5})?$/.test(new URL(url).pathname))
    throw new UnusableValueError('has something behind its host that is no number of a database, as /2 is');
  return url;
}

/** Of a file or folder. A shell would put something else in its place; nobody does here. */
export function path(text: string): string {
  if (/^~|\$[a-z_{(]/i.test(text))
    throw new UnusableValueError(
      'has ~ or $ in it, which only a shell fills in; write the path itself, as /home/shop/data',
    );
  return text;
}

export const text = (value: string): string => value;
