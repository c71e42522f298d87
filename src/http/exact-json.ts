import { type FieldError } from './problem.js';

/** The tokens of JSON that is known to be valid; what stands between them is white space, `true`, `false` and `null`. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*|[{}[\],:]/g;

interface Level {
  /** Of an object; null: an array. */
  keys: Set<string> | null;
  key: string | null;
  /** The next text is a key. */
  isKeyNext: boolean;
}

/**
 * What a body says that would be read as something else: a number with more digits than one can hold, in a field that is
 * kept as it is sent, and a key that stands twice in an object, of which one value would be dropped.
 * @param json valid, and not nested deeply
 * @param kept the fields that are kept as they are sent
 * @returns null: nothing
 */
export function inexact(json: string, kept: ReadonlySet<string>): FieldError | null {
  const levels: Level[] = [];
  for (const [token] of json.matchAll(TOKENS)) {
    const level = levels.at(-1);
    if (token === '{') levels.push({ keys: new Set(), key: null, isKeyNext: true });
    else if (token === '[') levels.push({ keys: null, key: null, isKeyNext: false });
    else if (token === '}' || token === ']') levels.pop();
    else if (token === ',') {
      if (level?.keys) level.isKeyNext = true;
    } else if (token === ':') continue;
    else if (token.startsWith('"')) {
      if (!level?.keys || !level.isKeyNext) continue;
      const key = JSON.parse(token) as string;
      if (level.keys.has(key))
        return { field: levels[0]?.key ?? 'body', message: `has the key ${token} twice; send it once` };
      level.keys.add(key);
      [level.key, level.isKeyNext] = [key, false];
    } else {
      const field = levels[0]?.key ?? null;
      if (field === null || !kept.has(field) || levels.length < 2 || isExact(token)) continue;
      return {
        field,
        message: `holds the number ${shortened(token)}, which JSON numbers cannot hold: it would become ${String(Number(token))}; send it as a string`,
      };
    }
  }
  return null;
}

/** No number is longer as we write it; of a longer one nothing is computed, as anybody may send it. */
const LONGEST_NUMBER = 400;

/** Whether a number is written again with the same digits. */
function isExact(token: string): boolean {
  return token.length <= LONGEST_NUMBER && normal(token) === normal(String(Number(token)));
}

/** Its digits without zeros around them, and the power of ten of the last: of equal numbers the same. */
function normal(token: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(token);
  if (match === null) return token;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const bare = digits.replace(/0+$/, '');
  if (bare === '') return '0';
  const power = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - bare.length);
  return `${sign}${bare}e${power}`;
}

function shortened(token: string): string {
  return token.length <= 40 ? token : `${token.slice(0, 40)}…`;
}
