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
  const readers = Object.entries<Reader<unknown>>(fields);
  return (given) => {
    const from = fieldsOf(given);
    const read: Record<string, unknown> = {};
    let at = '';
    try {
      for (const [name, reader] of readers) read[(at = name)] = reader(from[name]);
    } catch (error) {
      throw error instanceof NotAsExpected ? error.within(at) : error;
    }
    return read as T;
  };
}

export function fieldsOf(given: unknown): Partial<Record<string, unknown>> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) unexpected('an object', given);
  return given;
}

const NONE: Readonly<Record<string, string>> = {};

/** The fields of an object that are not known, hex as it came, '' for all else. Null is absent. */
export function unknownAmong(given: unknown, known: ReadonlySet<string>): Readonly<Record<string, string>> {
  let unknown: Record<string, string> | null = null;
  for (const [name, value] of Object.entries(fieldsOf(given))) {
    if (value === null || value === undefined || known.has(name)) continue;
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

/** Null where there is nothing: nodes say so by null, and some by leaving it out. */
export function nullable<T>(reader: Reader<T>): Reader<T | null> {
  return (given) => (given === null || given === undefined ? null : reader(given));
}

/** Undefined where it is absent; null is absent too. */
export function optional<T>(reader: Reader<T>): Reader<T | undefined> {
  return (given) => (given === null || given === undefined ? undefined : reader(given));
}

export function withDefault<T>(reader: Reader<T>, otherwise: T): Reader<T> {
  return (given) => (given === null || given === undefined ? otherwise : reader(given));
}

/** Whether something is so, where false need not be said. */
export const flag: Reader<boolean> = (given) => {
  if (given === undefined || given === null) return false;
  return typeof given === 'boolean' ? given : unexpected('true or false', given);
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

/** 32 bytes, lower-case: of a block, a root, a topic. */
export const hash = hex('hex{64}', 'a hash');
/** A transaction's. */
export const txHash = hex<TxHash>('hex{64}', 'a hash');
/** 20 bytes, lower-case. */
export const address = hex<Address>('hex{40}', 'an address');
/** A number of 256 bits that is only ever hashed, as it came, lower-case. */
export const digits = hex('hex{0,64}', 'a quantity');
/** Bytes of any length, lower-case. */
export const data = hex('(?:hexhex)*', 'bytes in hexadecimal');

/** 256 bits at most (yellow paper): none longer is a number of the EVM. */
const numeral = hex('hex{1,64}', 'a quantity');

export const quantity: Reader<bigint> = (given) => BigInt(numeral(given));

/** A quantity that is small: a height, a place, a number of something. */
export const count: Reader<number> = (given) => {
  const number = Number(numeral(given));
  return Number.isSafeInteger(number) ? number : unexpected('a quantity below 2^53', given);
};
