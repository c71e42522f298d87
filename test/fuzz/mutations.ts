import { type Answer, type RpcFailure } from '../harness/faulty-rpc.js';
import { type Random } from '../simulation/random.js';

/** How nodes and vendors refuse, each in its own words. */
const REFUSALS: readonly (RpcFailure & { httpStatus?: number })[] = [
  { code: -32601, message: 'the method does not exist/is not available' },
  { code: -32000, message: 'header not found' },
  { code: -32000, message: 'missing trie node 5b3d0f6a (path ) state 0x51ec is not available, not found' },
  { code: -32003, message: 'response too large' },
  { code: -32000, message: 'old data not available due to pruning' },
  { code: -32001, message: '8633830 could not be found' },
  { code: -32603, message: 'Internal error' },
  { code: -32000, message: 'World state unavailable' },
  { code: -32602, message: 'distance to target block exceeds maximum proof window' },
  { code: -32602, message: 'invalid argument 0: hex string has length 64, want 40 for common.Address' },
  { code: -32008, message: 'Response is too big' },
  { code: 429, message: 'Your app has exceeded its compute units per second capacity.', httpStatus: 429 },
  { code: -32005, message: 'daily request count exceeded, request rate limited' },
  { code: -32614, message: 'limited to a 10,000 range', httpStatus: 413 },
  { code: -32007, message: '50/second request limit reached' },
  { code: -32055, message: 'No nodes available' },
  { code: -32000, message: 'Unauthorized: You must authenticate your request with an API key.' },
  { code: 27, message: 'Unknown state. First available state is 1' },
  { code: 4444, message: 'pruned history unavailable' },
  { code: -32005, message: 'limit exceeded' },
];

const JUNK: readonly unknown[] = [
  null,
  undefined,
  '',
  '0x',
  '0xzz',
  '-0x1',
  'latest',
  'a\u0000b\u001b[2J',
  -1,
  0,
  1.5,
  1e300,
  true,
  [],
  {},
  [null],
  [[]],
  { error: 'x' },
  '0x'.padEnd(130, 'f'),
  '0x'.padEnd(66, 'a'),
];

/** What an answer is changed into, and how, for whoever reads a failure. */
export interface Mutation {
  how: string;
  answer: Answer;
}

/**
 * One seeded change of a right answer.
 * @param others right answers to the same method about something else
 */
export function mutated(random: Random, right: unknown, others: readonly unknown[]): Mutation {
  const kind = random.pick(KINDS);
  const change: Change = CHANGES[kind];
  const { answer, place } = change(random, structuredClone(right), others);
  const shown = JSON.stringify(place === undefined ? answer : valueAt(answer, place)) ?? 'nothing';
  return { how: `${kind} ${place ?? ''}: ${shown.slice(0, 120)}`, answer };
}

/** @returns the place that was changed; absent where it is all of it */
type Change = (
  random: Random,
  right: unknown,
  others: readonly unknown[],
) => { answer: Answer; place?: string };

const CHANGES = {
  missing: (random, right) => at(random, right, (parent, key) => delete parent[key]),
  null: (random, right) => at(random, right, (parent, key) => (parent[key] = null)),
  'of another type': (random, right) => at(random, right, (parent, key) => (parent[key] = random.pick(JUNK))),
  'another number': (random, right) =>
    at(random, right, (parent, key) => {
      const value = parent[key];
      const last = typeof value === 'string' && /[0-9a-f]$/.test(value) ? value.slice(-1) : null;
      if (last !== null) parent[key] = `${(value as string).slice(0, -1)}${last === '1' ? '2' : '1'}`;
    }),
  truncated: (random, right) =>
    at(random, right, (parent, key) => {
      const value = parent[key];
      if (typeof value === 'string' || Array.isArray(value))
        parent[key] = value.slice(0, random.between(0, Math.max(0, value.length - 1)));
    }),
  huge: (random, right) =>
    at(random, right, (parent, key) => {
      const value = parent[key];
      if (Array.isArray(value)) parent[key] = Array.from({ length: 2_000 }, () => (value as unknown[])[0]);
      else parent[key] = '0x'.padEnd(random.pick([70, 1_000, 200_000]), 'f');
    }),
  duplicated: (random, right) =>
    list(random, right, (items) => items.splice(random.between(0, items.length), 0, random.pick(items))),
  reordered: (random, right) => list(random, right, (items) => items.reverse()),
  shortened: (random, right) =>
    list(random, right, (items) => items.splice(random.between(0, items.length - 1), 1)),
  'of something else': (random, _right, others) => ({
    answer: { result: others.length === 0 ? random.pick(JUNK) : random.pick(others) },
  }),
  refused: (random) => {
    const { httpStatus, ...error } = random.pick(REFUSALS);
    return { answer: { error, ...(httpStatus === undefined ? {} : { httpStatus }) } };
  },
  'an error of another form': (random) => ({ answer: { error: random.pick(JUNK) as RpcFailure } }),
} satisfies Record<string, Change>;

type Kind = keyof typeof CHANGES;
const KINDS = Object.keys(CHANGES) as Kind[];

type Parent = Record<string | number, unknown>;

interface Place {
  parent: Parent;
  key: string | number;
  path: string;
}

/** Changes one place, the answer as a whole included. */
function at(
  random: Random,
  right: unknown,
  change: (parent: Parent, key: string | number) => unknown,
): { answer: Answer; place: string } {
  const whole: Parent = { result: right };
  const { parent, key, path } = random.pick(placesIn(whole, 'result'));
  change(parent, key);
  return { answer: whole as unknown as Answer, place: path };
}

function list(
  random: Random,
  right: unknown,
  change: (items: unknown[]) => unknown,
): { answer: Answer; place: string } {
  const whole: Parent = { result: right };
  const lists = placesIn(whole, 'result').filter(({ parent, key }) => {
    const value = parent[key];
    return Array.isArray(value) && value.length > 0;
  });
  if (lists.length > 0) {
    const { parent, key, path } = random.pick(lists);
    change(parent[key] as unknown[]);
    return { answer: whole as unknown as Answer, place: path };
  }
  whole.result = [right, right];
  return { answer: whole as unknown as Answer, place: 'result' };
}

function placesIn(parent: Parent, key: string | number, before = ''): Place[] {
  const path = before === '' ? String(key) : `${before}.${key}`;
  const value = parent[key];
  const own = { parent, key, path };
  if (typeof value !== 'object' || value === null) return [own];
  return [own, ...Object.keys(value).flatMap((name) => placesIn(value as Parent, name, path))];
}

function valueAt(answer: unknown, path: string): unknown {
  return path.split('.').reduce((value, key) => (value as Parent | null | undefined)?.[key], answer);
}
