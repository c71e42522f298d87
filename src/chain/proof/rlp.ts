/** What RLP encodes: bytes, as they are or as 0x-hex, or lists of them. */
export type Field = Uint8Array | string | Field[];

const SHORT = 56;
const BYTES = 0x80;
const LIST = 0xc0;
/** Below this, taking hex apart here is quicker than calling into Node for it. */
const SHORT_HEX = 128;
const FIRST_ROOM = 64 * 1024;
/** More than this is not kept for the next ones. */
const MOST_KEPT = 1024 * 1024;

/** By character code; -1: no hex digit. */
const NIBBLES = new Int8Array(128).fill(-1);
[...'0123456789abcdef'].forEach((digit, value) => {
  NIBBLES[digit.charCodeAt(0)] = value;
  NIBBLES[digit.toUpperCase().charCodeAt(0)] = value;
});

let kept = Buffer.allocUnsafeSlow(FIRST_ROOM);
let room = kept;
/** Where what is written begins: it grows from the end, so that the length of a list is known when its prefix is due. */
let at = 0;

/**
 * RLP (yellow paper, appendix B), from the last byte to the first, in memory that is used again: a block's roots are made
 * of thousands of small fields, and libraries make an array of each.
 * @param type of an EIP-2718 envelope, whose byte goes in front; 0, which is that of legacy ones: none
 * @throws TypeError for text that is not hex
 */
export function encodeRlp(field: Field, type = 0): Buffer {
  room = kept;
  at = room.length;
  write(field);
  if (type !== 0) writeByte(type);
  if (room.length <= MOST_KEPT) kept = room;
  const encoded = Buffer.allocUnsafe(room.length - at);
  encoded.set(room.subarray(at));
  return encoded;
}

function write(field: Field): void {
  if (typeof field === 'string') return writeHex(field);
  if (!Array.isArray(field)) return writeBytes(field);
  const end = room.length - at;
  for (let index = field.length - 1; index >= 0; index--) write(field[index] as Field);
  writePrefix(LIST, room.length - at - end);
}

function writeBytes(field: Uint8Array): void {
  makeRoom(field.length);
  at -= field.length;
  room.set(field, at);
  if (!isByteItself(field.length)) writePrefix(BYTES, field.length);
}

function writeHex(field: string): void {
  if (field.length < 2 || field.length % 2 === 1) throw new TypeError('not hex');
  const size = (field.length - 2) / 2;
  makeRoom(size);
  at -= size;
  const isHex = size > SHORT_HEX ? room.write(field.slice(2), at, 'hex') === size : writeDigits(field);
  if (!isHex) throw new TypeError('not hex');
  if (!isByteItself(size)) writePrefix(BYTES, size);
}

/** @returns false where it is no hex */
function writeDigits(field: string): boolean {
  for (let index = 2, to = at; index < field.length; index += 2, to++) {
    const high = NIBBLES[field.charCodeAt(index)] ?? -1;
    const low = NIBBLES[field.charCodeAt(index + 1)] ?? -1;
    if ((high | low) < 0) return false;
    room[to] = (high << 4) | low;
  }
  return true;
}

/** One byte below 128, which was written last, stands for itself. */
function isByteItself(size: number): boolean {
  return size === 1 && (room[at] as number) < BYTES;
}

function writePrefix(kind: number, size: number): void {
  if (size < SHORT) return writeByte(kind + size);
  let digits = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 0x100), digits++) writeByte(rest & 0xff);
  writeByte(kind + SHORT - 1 + digits);
}

function writeByte(byte: number): void {
  makeRoom(1);
  room[--at] = byte;
}

function makeRoom(size: number): void {
  if (size <= at) return;
  const written = room.length - at;
  const larger = Buffer.allocUnsafeSlow(2 * room.length + size);
  larger.set(room.subarray(at), larger.length - written);
  room = larger;
  at = room.length - written;
}
