/** What RLP encodes: bytes, as they are or as 0x-hex, or lists of them. */
export type Field = Uint8Array | string | Field[];

const SHORT = 56;
const BYTES = 0x80;
const LIST = 0xc0;

/**
 * RLP (yellow paper, appendix B), in one piece of memory: a block's roots are made of thousands of small fields, and
 * libraries make an array of each.
 * @param type of an EIP-2718 envelope, whose byte goes in front; 0, which is that of legacy ones: none
 */
export function encodeRlp(field: Field, type = 0): Buffer {
  const payloads: number[] = [];
  const length = lengthOf(field, payloads);
  const ahead = type === 0 ? 0 : 1;
  const into = Buffer.allocUnsafe(ahead + length);
  if (type !== 0) into[0] = type;
  write(field, into, ahead, payloads.values());
  return into;
}

/** @param payloads gets the payload length of each list, in the order in which they are written */
function lengthOf(field: Field, payloads: number[]): number {
  if (!Array.isArray(field)) return isByteItself(field) ? 1 : withPrefix(sizeOf(field));
  const place = payloads.push(0) - 1;
  let payload = 0;
  for (const part of field) payload += lengthOf(part, payloads);
  payloads[place] = payload;
  return withPrefix(payload);
}

/** @returns where the next one begins */
function write(field: Field, into: Buffer, at: number, payloads: Iterator<number, undefined>): number {
  if (Array.isArray(field)) {
    let next = writePrefix(LIST, payloads.next().value as number, into, at);
    for (const part of field) next = write(part, into, next, payloads);
    return next;
  }
  const size = sizeOf(field);
  const start = isByteItself(field) ? at : writePrefix(BYTES, size, into, at);
  if (typeof field !== 'string') into.set(field, start);
  else if (2 + 2 * into.write(field.slice(2), start, 'hex') !== field.length) throw new TypeError('not hex');
  return start + size;
}

function writePrefix(kind: number, size: number, into: Buffer, at: number): number {
  if (size < SHORT) {
    into[at] = kind + size;
    return at + 1;
  }
  const digits = byteCount(size);
  into[at] = kind + SHORT - 1 + digits;
  into.writeUIntBE(size, at + 1, digits);
  return at + 1 + digits;
}

function isByteItself(field: Uint8Array | string): boolean {
  if (typeof field === 'string') return field.length === 4 && Number(field) < BYTES;
  return field.length === 1 && (field[0] as number) < BYTES;
}

function sizeOf(field: Uint8Array | string): number {
  return typeof field === 'string' ? (field.length - 2) >> 1 : field.length;
}

function withPrefix(size: number): number {
  return size < SHORT ? 1 + size : 1 + byteCount(size) + size;
}

function byteCount(size: number): number {
  let count = 1;
  for (let rest = size; rest > 0xff; rest = Math.floor(rest / 0x100)) count++;
  return count;
}
