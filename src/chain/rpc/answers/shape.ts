import { type Address, type TxHash } from '../../../ids/ids.js';
/** Checks a value that came from a node, and gives it as our code takes it. @throws NotAsExpected */
export type Reader<T> = (given: unknown) => T;

/** What came is not what was expected; says where in the answer, and shows no more than the beginning of it. */
export class NotAsExpected extends Error {
  /** @param place in the answer, from the outside in, as `transactions[3].value` */
  constructor(
    readonly expected: string,
    readonly shown: string,
    readonly place = '',
  ) {
    super(`${place === '' ? 'it' : place} should be ${expected}, and is ${shown}`);
  }

  /** The same, seen from what it is a part of. */
  within(key: string | number): NotAsExpected {
    const step = typeof key === 'number' ? `[${key}]` : key;
    const isFollowedByName = this.place !== '' && !this.place.startsWith('[');
    return new NotAsExpected(this.expected, this.shown, `${step}${isFollowedByName ? '.' : ''}${this.place}`);
  }
}

const SHOWN_CHARACTERS = 40;

/** @param expected as in "it should be a hash" */
export function unexpected(expected: string, given: unknown): never {
  throw new NotAsExpected(expected, shown(given));
}

function shown(given: unknown): string {
  if (Array.isArray(given)) return `a list of ${given.length}`;
  if (typeof given === 'object' && given !== null) return 'an object';
  if (given === undefined) return 'missing';
  if (typeof given !== 'string') return JSON.stringify(given) ?? typeof given;
  const start = given.slice(0, SHOWN_CHARACTERS);
  return `"${printable(start)}${given.length > SHOWN_CHARACTERS ? '…' : ''}"`;
}

/** Text of strangers, for logs, terminals and Postgres: without control characters, and no longer than this. */
export function printable(text: string, mostCharacters = 500): string {
  const clean = text.slice(0, mostCharacters).replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' ');
  // A surrogate without its other half cannot be stored as UTF-8.
  const whole = clean.toWellFormed();
  return text.length > mostCharacters ? `${whole}…` : whole;
}

type Fields<T> = { [Name in keyof T]-?: Reader<T[Name]> };

/** An object with these fields; others are left behind. */
export function object<T extends object>(fields: Fields<T>): Reader<T> {
  const names = Object.keys(fields);
  const readers = Object.values<Reader<unknown>>(fields);
  const empty = emptyOf(names);
  return (given) => {
    const from = fieldsOf(given);
    const read = { ...empty };
    let at = 0;
    try {
      for (; at < names.length; at++) {
        const name = names[at] as string;
        read[name] = (readers[at] as Reader<unknown>)(from[name]);
      }
    } catch (error) {
      throw error instanceof NotAsExpected ? error.within(names[at] as string) : error;
    }
    return read as T;
  };
}

/** A copy of what has all fields already is filled several times as quickly as an object that grows by them. */
function emptyOf(names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name): [string, unknown] => [name, undefined]));
}

/** What of an object was left out, since its form is none that we know. */
export interface WithUnread {
  /** Names of the fields; undefined: all were read. */
  unread?: readonly string[];
}

/**
 * As `object`, where most fields are only looked at by proofs: one of those in a form that is not known is left out, and
 * named, and what needs it has to do without.
 * @param needed without these there is nothing to be read
 * @param otherwise stands for a field that is left out and that the type has to have
 */
export function forgiving<T extends object>(
  fields: Fields<T>,
  needed: readonly (keyof T & string)[],
  otherwise: Partial<T> = {},
): Reader<T & WithUnread> {
  const readers = Object.entries<Reader<unknown>>(fields);
  const empty = emptyOf(Object.keys(fields));
  return (given) => {
    const from = fieldsOf(given);
    const read = { ...empty };
    let unread: string[] | undefined;
    // Each field once, whatever is met in another: where a field holds more of the same, twice is 2^depth times.
    for (const [name, reader] of readers) {
      try {
        read[name] = reader(from[name]);
      } catch (error) {
        if (!(error instanceof NotAsExpected)) throw error;
        if (needed.includes(name as keyof T & string)) throw error.within(name);
        read[name] = otherwise[name as keyof T];
        (unread ??= []).push(name);
      }
    }
    return unread === undefined ? (read as T) : { ...(read as T), unread };
  };
}

export function fieldsOf(given: unknown): Partial<Record<string, unknown>> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) unexpected('an object', given);
  return given;
}

const NONE: Readonly<Record<string, string>> = {};

/**
 * The fields of an object that are not known, hex as it came, '' for all else. Null is absent.
 * @param unread known ones in a form that is not known
 */
export function unknownAmong(
  given: unknown,
  known: ReadonlySet<string>,
  unread: readonly string[] = [],
): Readonly<Record<string, string>> {
  const fields = fieldsOf(given);
  let unknown: Record<string, string> | null = null;
  // JSON.parse gives no fields but an object's own.
  for (const name in fields) {
    if (known.has(name) && !unread.includes(name)) continue;
    const value = fields[name];
    if (value === null || value === undefined) continue;
    unknown ??= {};
    unknown[name] = typeof value === 'string' && /^0x[0-9a-f]*$/i.test(value) ? value : '';
  }
  return unknown ?? NONE;
}

export function list<T>(reader: Reader<T>): Reader<T[]> {
  return (given) => {
    if (!Array.isArray(given)) unexpected('a list', given);
    const read: T[] = [];
    try {
      for (const item of given as unknown[]) read.push(reader(item));
    } catch (error) {
      throw error instanceof NotAsExpected ? error.within(read.length) : error;
    }
    return read;
  };
}

/** Nodes leave out what there is not, or say null; some give an empty text. */
function isAbsent(given: unknown): boolean {
  return given === null || given === undefined || given === '';
}

/** Null where there is nothing. */
export function nullable<T>(reader: Reader<T>): Reader<T | null> {
  return (given) => (isAbsent(given) ? null : reader(given));
}

/** Undefined where there is nothing. */
export function optional<T>(reader: Reader<T>): Reader<T | undefined> {
  return (given) => (isAbsent(given) ? undefined : reader(given));
}

export function withDefault<T>(reader: Reader<T>, otherwise: T): Reader<T> {
  return (given) => (isAbsent(given) ? otherwise : reader(given));
}

/** No bytes, and zero without its digits: there is nothing where a hash or an address of that form would be. */
const NO_BYTES = ['0x', '0x0'];

/** A hash or an address that need not be there: TRON's nodes have `0x` for a root, older ones for no recipient. */
export function unlessEmpty<T>(reader: Reader<T>): Reader<T | undefined> {
  return (given) => (isNoBytes(given) ? undefined : reader(given));
}

export function nullIfEmpty<T>(reader: Reader<T>): Reader<T | null> {
  return (given) => (isNoBytes(given) ? null : reader(given));
}

function isNoBytes(given: unknown): boolean {
  return isAbsent(given) || NO_BYTES.includes(given as string);
}

const TRUE: readonly unknown[] = [true, 'true', 1, '0x1'];
const FALSE: readonly unknown[] = [false, 'false', 0, '0x0', null, undefined, ''];

/** Whether something is so, where false need not be said. */
export const flag: Reader<boolean> = (given) => {
  if (FALSE.includes(given)) return false;
  return TRUE.includes(given) || unexpected('true or false', given);
};

/** Any text, cut and made printable. */
export const text: Reader<string> = (given) =>
  typeof given === 'string' ? printable(given) : unexpected('text', given);

/** Nodes send lower case, as a rule, which is tried first: ignoring case costs several times as much. */
function hex<T extends string = string>(pattern: string, expected: string): Reader<T> {
  const lower = new RegExp(`^0x${pattern.replaceAll('hex', '[0-9a-f]')}$`);
  const any = new RegExp(lower, 'i');
  return (given) => {
    if (typeof given !== 'string') return unexpected(expected, given);
    if (lower.test(given)) return given as T;
    return any.test(given) ? (given.toLowerCase() as T) : unexpected(expected, given);
  };
}

/** So many hex digits are nothing else, also without 0x in front. */
function fixedHex<T extends string = string>(digitCount: number, expected: string): Reader<T> {
  const lower = new RegExp(`^0x[0-9a-f]{${digitCount}}$`);
  const any = new RegExp(`^(0x)?[0-9a-f]{${digitCount}}$`, 'i');
  return (given) => {
    if (typeof given !== 'string') return unexpected(expected, given);
    if (lower.test(given)) return given as T;
    if (!any.test(given)) return unexpected(expected, given);
    return `0x${given.slice(-digitCount).toLowerCase()}` as T;
  };
}

/** 32 bytes, lower-case: of a block, a root, a topic. */
export const hash = fixedHex(64, 'a hash');
/** A transaction's. */
export const txHash = fixedHex<TxHash>(64, 'a hash');
/** 20 bytes, lower-case. */
export const address = fixedHex<Address>(40, 'an address');
/** Bytes of any length, lower-case. */
export const data = hex('(?:hexhex)*', 'bytes in hexadecimal');
/** Of a call: some nodes have zero where there are none. */
export const input: Reader<string> = (given) => (isNoBytes(given) ? '0x' : data(given));

/** 256 bits at most (yellow paper): none longer is a number of the EVM. */
const numeral = hex('hex{1,64}', 'a quantity');
const numeralOrEmpty = hex('hex{0,64}', 'a quantity');

/** A JSON number that is whole and has all its digits; above 2^53 some are lost. */
function isWhole(given: unknown): given is number {
  return typeof given === 'number' && Number.isSafeInteger(given) && given >= 0;
}

/** A number of 256 bits that is only ever hashed, as hex. */
export const digits: Reader<string> = (given) =>
  isWhole(given) ? `0x${given.toString(16)}` : numeralOrEmpty(given);

/** Eight bytes of a header, which a few nodes shorten as a number. */
export const eightBytes: Reader<string> = (given) => `0x${digits(given).slice(2).padStart(16, '0')}`;

/** What a method answers: hex, or a JSON number, which a few nodes send. Text without 0x may be decimal or not: refused. */
export const quantity: Reader<bigint> = (given) => BigInt(isWhole(given) ? given : numeral(given));

/** A part of something larger: where it is zero, some nodes leave its digits out, as RLP does. */
export const quantityWithin: Reader<bigint> = (given) => (given === '0x' ? 0n : quantity(given));

/** A quantity that is small: a height, a place, a number of something. */
export const count: Reader<number> = (given) => {
  const number = isWhole(given) ? given : Number(numeral(given));
  return Number.isSafeInteger(number) ? number : unexpected('a quantity below 2^53', given);
};

/** The end of the year 9999, in seconds: what is beyond it is milliseconds, or made up. */
const LAST_SECOND = 253_402_300_799;

/** Seconds since 1970. */
export const unixTime: Reader<number> = (given) => {
  const seconds = count(given);
  return seconds <= LAST_SECOND ? seconds : unexpected('seconds since 1970', given);
};

/** 1 or 0; a few nodes say whether it is so. */
export const outcome: Reader<number> = (given) => (typeof given === 'boolean' ? Number(given) : count(given));
