import { createHash, type Hash } from 'node:crypto';
import { storable } from '../database/storable.js';

/** The first line of a backup: what is in it, and what is needed to restore it. No secret. */
export interface BackupHeader {
  format: 'quittance-backup';
  format_version: 1;
  /** The version of Quittance that made it. */
  quittance: string;
  made_at: string;
  /** Postgres' own version there. */
  postgres: string;
  /** The names of all migrations its database had had, oldest first. */
  migrations: string[];
  /** Of each deposit scheme, the wallet's first address. */
  wallets: { scheme: string; first_address: string }[];
  /** Of each key that its sealed secrets need. */
  encryption_key_ids: string[];
}

/** Behind the tables: where each sequence stood. Read last, so that none stands before a row. */
export type Sequences = Record<string, { last_value: string; is_called: boolean }>;

/** The last line. */
export interface BackupTrailer {
  rows: Record<string, number>;
  /** Of every byte before this line, in hex. */
  sha256: string;
}

/** A part of a backup, in the order in which they come. A row is COPY's text, its line end included. */
export type BackupPart =
  | { kind: 'header'; header: BackupHeader }
  | { kind: 'table'; table: string; columns: string[] }
  | { kind: 'row'; line: Buffer }
  | { kind: 'table end' }
  | { kind: 'sequences'; sequences: Sequences }
  | { kind: 'trailer'; trailer: BackupTrailer };

/** PostgreSQL, COPY, text format: "End of data"; no row looks like it, as a backslash in a row is written twice. */
export const END_OF_ROWS = Buffer.from('\\.\n');

/** What is wrong with the text of a backup, for whoever knows the file's name. */
export class BackupFormatError extends Error {}

/** Adds up what goes into a backup, for its last line. */
export class BackupWriter {
  private readonly hash: Hash = createHash('sha256');
  private readonly rows: Record<string, number> = {};

  header(header: BackupHeader): Buffer {
    return this.counted(line(header));
  }

  table(table: string, columns: readonly string[]): Buffer {
    this.rows[table] = 0;
    return this.counted(line({ table, columns }));
  }

  /** @param chunk any part of COPY's output, which need not end with a line */
  rowsOf(table: string, chunk: Buffer): Buffer {
    let count = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count += 1;
    this.rows[table] = (this.rows[table] ?? 0) + count;
    return this.counted(chunk);
  }

  tableEnd(): Buffer {
    return this.counted(END_OF_ROWS);
  }

  sequences(sequences: Sequences): Buffer {
    return this.counted(line({ sequences }));
  }

  trailer(): { trailer: BackupTrailer; text: Buffer } {
    const trailer = { rows: this.rows, sha256: this.hash.digest('hex') };
    return { trailer, text: line(trailer) };
  }

  private counted(bytes: Buffer): Buffer {
    this.hash.update(bytes);
    return bytes;
  }
}

/** How other files begin that are taken for backups, each with what it is. */
const OTHER_FILES: readonly [beginning: Buffer, what: string][] = [
  [Buffer.from('PGDMP'), 'it is a dump of pg_dump: give it to pg_restore'],
  [Buffer.from('--'), 'it is SQL, as pg_dump writes it: give it to psql'],
  [Buffer.from([0x1f, 0x8b]), 'it is compressed twice: gunzip it once'],
  [Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), 'it is compressed with zstd: unpack it first'],
  [Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a]), 'it is compressed with xz: unpack it first'],
  [Buffer.from('BZh'), 'it is compressed with bzip2: unpack it first'],
  [Buffer.from('PK\u0003\u0004'), 'it is a zip file: unpack it first'],
  [Buffer.from('age-encryption.org'), 'it is encrypted with age: decrypt it first'],
  [Buffer.from('-----BEGIN PGP'), 'it is encrypted with PGP: decrypt it first'],
  [Buffer.from('-----BEGIN AGE'), 'it is encrypted with age: decrypt it first'],
];
/** A header is some kilobytes: a file with no line end in so much is none of ours, and is not read on. */
const LONGEST_HEADER = 1_048_576;
const IS_NONE = 'it is no backup made by quittance backup';

/** @param text how the file begins @returns why it is no backup, whichever it is */
function otherFile(text: Buffer): string {
  const known = OTHER_FILES.find(([beginning]) => text.subarray(0, beginning.length).equals(beginning));
  return known?.[1] ?? IS_NONE;
}

/**
 * The parts of a backup, read as they come. Whoever reads to the end has read a whole and unchanged backup.
 * @param chunks the backup's text, in any portions
 * @throws BackupFormatError
 */
export async function* backupParts(chunks: AsyncIterable<Buffer>): AsyncGenerator<BackupPart> {
  const hash = createHash('sha256');
  const rows: Record<string, number> = {};
  let table: string | null = null;
  let expected: 'header' | 'table' | 'trailer' | 'nothing' = 'header';
  for await (const text of lines(chunks)) {
    if (expected === 'nothing') throw new BackupFormatError('something stands behind its end');
    if (expected === 'trailer') {
      const trailer = parsed(text) as BackupTrailer;
      if (trailer.sha256 !== hash.digest('hex'))
        throw new BackupFormatError('its checksum is another one, so that it was changed or damaged');
      requireSameRows(trailer.rows, rows);
      expected = 'nothing';
      yield { kind: 'trailer', trailer };
      continue;
    }
    hash.update(text);
    if (table !== null && text.equals(END_OF_ROWS)) {
      table = null;
      yield { kind: 'table end' };
    } else if (table !== null) {
      rows[table] = (rows[table] ?? 0) + 1;
      yield { kind: 'row', line: text };
    } else if (expected === 'header') {
      expected = 'table';
      yield { kind: 'header', header: headerIn(text) };
    } else {
      const part = parsed(text);
      if (isTable(part)) {
        table = part.table;
        rows[table] = 0;
        yield { kind: 'table', ...part };
      } else if (isSequences(part)) {
        expected = 'trailer';
        yield { kind: 'sequences', ...part };
      } else {
        throw new BackupFormatError(
          `it has a line that belongs to no part: ${storable(text.toString(), 80)}`,
        );
      }
    }
  }
  if (expected !== 'nothing') throw new BackupFormatError('it ends too early');
}

function line(value: object): Buffer {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}

/** Whole lines, each with its line end. */
async function* lines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let begun: Buffer[] = [];
  let hasHeader = false;
  for await (const chunk of chunks) {
    let from = 0;
    hasHeader ||= chunk.includes(10);
    if (!hasHeader && begun.length > 0 && sizeOf(begun) > LONGEST_HEADER)
      throw new BackupFormatError(otherFile(Buffer.concat(begun)));
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      const rest = chunk.subarray(from, end + 1);
      yield begun.length === 0 ? rest : Buffer.concat([...begun, rest]);
      begun = [];
      from = end + 1;
    }
    if (from < chunk.length) begun.push(chunk.subarray(from));
  }
  if (!hasHeader && begun.length > 0) throw new BackupFormatError(otherFile(Buffer.concat(begun)));
  if (begun.length > 0) throw new BackupFormatError('it ends too early, in the middle of a line');
}

function sizeOf(chunks: readonly Buffer[]): number {
  return chunks.reduce((total, { length }) => total + length, 0);
}

function parsed(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString());
  } catch {
    throw new BackupFormatError(`it has a line that cannot be read: ${storable(text.toString(), 80)}`);
  }
}

function headerIn(text: Buffer): BackupHeader {
  const header = headerOf(text);
  if (header?.format !== 'quittance-backup') throw new BackupFormatError(otherFile(text));
  if (header.format_version !== 1)
    throw new BackupFormatError(
      `it is of format ${String(header.format_version)}, which Quittance ${storable(String(header.quittance), 20)} ` +
        'wrote and this version does not read: restore it with that one',
    );
  return header as BackupHeader;
}

function headerOf(text: Buffer): Partial<BackupHeader> | null {
  try {
    return JSON.parse(text.toString()) as Partial<BackupHeader> | null;
  } catch {
    return null;
  }
}

function isTable(part: unknown): part is { table: string; columns: string[] } {
  const { table, columns } = (part ?? {}) as { table?: unknown; columns?: unknown };
  return typeof table === 'string' && Array.isArray(columns);
}

function isSequences(part: unknown): part is { sequences: Sequences } {
  return typeof (part as { sequences?: unknown } | null)?.sequences === 'object';
}

function requireSameRows(said: Record<string, number>, found: Record<string, number>): void {
  const wrong = [...new Set([...Object.keys(said), ...Object.keys(found)])].find(
    (table) => said[table] !== found[table],
  );
  if (wrong !== undefined)
    throw new BackupFormatError(
      `it says ${said[wrong] ?? 'no'} rows of ${wrong}, and has ${found[wrong] ?? 'none'}`,
    );
}
