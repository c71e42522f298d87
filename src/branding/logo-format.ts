import { inflateSync } from 'node:zlib';

/** As large as a request's body may be. */
const MOST_BYTES = 256 * 1024;
/** Twice what a page shows, and what a designer exports without a thought: 2,000 × 2,000. */
const MOST_PIXELS = 4_000_000;
/** PNG, section 5.2. */
const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** What the pixels are made of. Everything else (text, profiles, animations) is left behind, and so is what follows IEND. */
const PNG_PIXELS = ['IHDR', 'PLTE', 'tRNS', 'IDAT'];
const EXPORT = 'export it as PNG or JPEG';

/** In words for whoever sent it, with what to do. */
export class UnusableLogoError extends Error {}

export type LogoFormat = 'png' | 'jpeg';

/**
 * By its first bytes alone: names and content types say what the sender likes.
 * @throws UnusableLogoError
 */
export function logoFormat(bytes: Buffer): LogoFormat {
  if (bytes.length > MOST_BYTES) throw new UnusableLogoError('has more than 256 KB; export it smaller');
  if (bytes.subarray(0, 8).equals(PNG_SIGNATURE)) return 'png';
  if (bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return 'jpeg';
  throw new UnusableLogoError(whatElse(bytes));
}

function whatElse(bytes: Buffer): string {
  if (bytes.length === 0) return 'is empty; send the bytes of a PNG or JPEG';
  const start = bytes.subarray(0, 16).toString('latin1');
  // `curl -d` leaves out line ends, and with them two bytes of the signature.
  if (start.startsWith('\x89PNG'))
    return 'was changed on its way; with curl send it by --data-binary, not -d';
  if (start.startsWith('--'))
    return 'is a form; send the bytes of the file itself, with curl by --data-binary @logo.png';
  if (/^\s*["[{]/.test(start)) return 'is JSON; send the bytes of the file itself';
  if (start.startsWith('GIF8')) return `is a GIF; ${EXPORT}`;
  if (start.startsWith('RIFF') && start.slice(8, 12) === 'WEBP') return `is WebP; ${EXPORT}`;
  if (start.slice(4, 8) === 'ftyp') return `is AVIF or HEIC; ${EXPORT}`;
  if (start.startsWith('BM')) return `is a BMP; ${EXPORT}`;
  if (/<svg[\s>]/i.test(bytes.subarray(0, 4_096).toString('latin1')))
    return 'is SVG, which can carry scripts; export it as PNG, 480 pixels wide or more';
  return `is neither PNG nor JPEG; ${EXPORT}`;
}

/** @throws UnusableLogoError */
export function requireSize(width: number, height: number): void {
  if (width < 1 || height < 1) throw new UnusableLogoError('has no pixels');
  if (width * height > MOST_PIXELS)
    throw new UnusableLogoError(
      `has ${width} × ${height} pixels; make it smaller: ${MOST_PIXELS} pixels at most, and 480 × 160 are shown`,
    );
}

/**
 * The same picture with nothing but its pixels, known to unpack to no more than they take: a small file may stand for
 * gigabytes.
 * @throws UnusableLogoError
 */
export function plainPng(bytes: Buffer): Buffer {
  const kept: Buffer[] = [PNG_SIGNATURE];
  const packed: Buffer[] = [];
  let mostBytes = 0;
  for (let at = PNG_SIGNATURE.length; ;) {
    if (at + 12 > bytes.length) throw new UnusableLogoError('is cut off; send the whole file');
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    const end = at + 12 + length;
    if (end > bytes.length) throw new UnusableLogoError('is cut off; send the whole file');
    if (mostBytes === 0) {
      if (type !== 'IHDR' || length !== 13) throw new UnusableLogoError('is no whole PNG; export it again');
      mostBytes = unpackedBytes(bytes.readUInt32BE(at + 8), bytes.readUInt32BE(at + 12));
    } else if (type === 'IHDR') {
      // A decoder may take the size of the last one.
      throw new UnusableLogoError('is no whole PNG; export it again');
    }
    if (type === 'IDAT') packed.push(bytes.subarray(at + 8, end - 4));
    if (PNG_PIXELS.includes(type) || type === 'IEND') kept.push(bytes.subarray(at, end));
    if (type === 'IEND') break;
    at = end;
  }
  requireUnpacked(packed, mostBytes);
  return Buffer.concat(kept);
}

/** At most: 16 bits for each of four channels, and a byte of filter for each row of each pass of interlacing. */
function unpackedBytes(width: number, height: number): number {
  requireSize(width, height);
  return width * height * 8 + height * 4 + 64;
}

function requireUnpacked(packed: readonly Buffer[], mostBytes: number): void {
  try {
    inflateSync(Buffer.concat(packed), { maxOutputLength: mostBytes });
  } catch {
    throw new UnusableLogoError('cannot be unpacked; export it again');
  }
}
