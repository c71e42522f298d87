import { type RawFullHeader } from '../blocks/raw-block.js';
import { type AppendedField, fieldsBehindGap, fieldsMissing, headerHash, valueOf } from './header-hash.js';

/** More fields than any fork has added are not tried in every order. */
const MOST_APPENDED = 3;

/** How a header's hash comes out. */
export interface HeaderForm {
  isProved: boolean;
  /** Fields of it that are not known, or are missing; empty where all are known and there. */
  newer: readonly string[];
}

/**
 * What is known of the form of one chain's headers: which of the things that its nodes tell are no part of the hash,
 * learnt from headers whose hash comes out, and which fields a newer fork has put behind those that are known.
 */
export class KnownForms {
  private readonly learntBeside = new Set<string>();
  private appended: readonly AppendedField[] = [];

  /** A hash cannot be made to come out by guessing: the place that is found for a field is its place. */
  of(header: RawFullHeader): HeaderForm {
    const { hash } = header;
    if (headerHash(header) === hash) {
      Object.keys(header.unknownFields).forEach((name) => this.learntBeside.add(name));
      return { isProved: true, newer: [] };
    }
    const missing = fieldsMissing(header);
    if (missing.length > 0) return { isProved: false, newer: missing.map((name) => `without ${name}`) };
    const extra = [...fieldsBehindGap(header), ...Object.keys(header.unknownFields)];
    const makesIt = (appended: readonly AppendedField[]) =>
      appended.length > 0 && headerHash(header, appended) === hash;
    const found = [this.appended, ...placings(header, extra)].find(makesIt);
    if (found !== undefined) {
      this.appended = found;
      return { isProved: true, newer: found.map(({ name }) => name) };
    }
    return { isProved: false, newer: extra.filter((name) => !this.learntBeside.has(name)) };
  }
}

/** Every order of some or all of the fields, each as bytes and as a number. */
function placings(header: RawFullHeader, names: readonly string[]): AppendedField[][] {
  const hex = names.filter((name) => valueOf(header, name) !== undefined);
  if (hex.length > MOST_APPENDED) return [];
  const grow = (before: AppendedField[]): AppendedField[][] =>
    hex
      .filter((name) => !before.some((field) => field.name === name))
      .flatMap((name) => [false, true].map((isQuantity) => [...before, { name, isQuantity }]))
      .flatMap((placed) => [placed, ...grow(placed)]);
  return grow([]);
}
