import { type Random } from '../simulation/random.js';
import { type Exchange, type Silence } from './wire.js';

/** What befalls an exchange on its way, whatever is in it. */
export interface Mishap {
  how: string;
  lateMs: number;
  change: (exchange: Exchange) => Exchange | Silence;
}

const HTML = '<html><body><h1>502 Bad Gateway</h1></body></html>';
const STATUSES = [204, 301, 400, 401, 403, 404, 413, 429, 500, 502, 503, 504, 522];

/** One seeded mishap. */
export function aMishap(random: Random): Mishap {
  const kind = random.pick(Object.keys(MISHAPS) as (keyof typeof MISHAPS)[]);
  const seed = random.between(0, 2 ** 30);
  const lateMs = kind === 'late' ? random.pick([500, 2_000, 20_000]) : 0;
  return {
    how: `exchange ${kind}${lateMs > 0 ? ` by ${lateMs} ms` : ''} (${seed})`,
    lateMs,
    change: (exchange) => MISHAPS[kind](exchange, seed),
  };
}

type Change = (exchange: Exchange, seed: number) => Exchange | Silence;

const MISHAPS = {
  late: (exchange) => exchange,
  'never answered': () => 'nothing',
  cut: () => 'cut',
  'cut short': withText((text, seed) => text.slice(0, seed % Math.max(1, text.length))),
  'of no text': withText(() => ''),
  'of no JSON': withText(() => HTML),
  'of null': withText(() => 'null'),
  'of an empty list': withText(() => '[]'),
  'of nested lists': withText(() => '['.repeat(20_000) + ']'.repeat(20_000)),
  'with a byte order mark': withText((text) => `\ufeff${text}`),
  'without the ids': withText((text) => text.replace(/"id":\d+,?/g, '')),
  'with the ids of others': withText((text) => text.replace(/"id":(\d+)/g, '"id":9$1')),
  'with one answer less': withList((list, seed) =>
    list.filter((_one, place) => place !== seed % list.length),
  ),
  'with one answer twice': withList((list, seed) => [...list, list[seed % list.length]]),
  'with an answer that contradicts another': withList((list, seed) => [
    ...list,
    { ...(list[seed % list.length] as object), result: '0x1' },
  ]),
  'in another order': withList((list) => [...list].reverse()),
  'of the first answer alone': withList((list) => list[0]),
  'refused as a whole': withList(() => ({
    jsonrpc: '2.0',
    id: null,
    error: { code: -32600, message: 'batch requests are not supported' },
  })),
  'under another status': (exchange, seed) => ({
    ...exchange,
    status: STATUSES[seed % STATUSES.length] as number,
    text: seed % 2 === 0 ? exchange.text : HTML,
  }),
  'to be asked again later': (exchange, seed) => ({
    ...exchange,
    status: 429,
    headers: { 'retry-after': ['1', '3', '-5', 'soon', ''][seed % 5] as string },
    text: '',
  }),
} satisfies Record<string, Change>;

function withText(change: (text: string, seed: number) => string): Change {
  return (exchange, seed) => ({ ...exchange, text: change(exchange.text, seed) });
}

/** What is no list becomes one of one, as some proxies do. */
function withList(change: (list: unknown[], seed: number) => unknown): Change {
  return withText((text, seed) => {
    const given = JSON.parse(text) as unknown;
    return JSON.stringify(change(Array.isArray(given) ? given : [given], seed));
  });
}
