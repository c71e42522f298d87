interface Pixels {
  width: number;
  height: number;
  /** Red, green, blue and alpha of each, from the upper left. */
  data: Uint8Array;
}

/** As a camera held the picture: 1 to 8 (Exif 2.32, tag 0x0112). */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const ORIENTATION_TAG = 0x0112;
const SHORT = 3;
/** JPEG's markers: APP1 carries Exif; SOS begins the pixels, and nothing of it comes behind. */
const APP1 = 0xe1;
const SOS = 0xda;

/**
 * What a JPEG says of how it has to be turned to be seen as its maker saw it. Anything that is not read as such is 1:
 * the picture stays as it is.
 */
export function jpegOrientation(bytes: Buffer): Orientation {
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1];
    const length = bytes.readUInt16BE(at + 2);
    if (marker === SOS || length < 2) break;
    const content = bytes.subarray(at + 4, at + 2 + length);
    if (marker === APP1 && content.toString('latin1', 0, 6) === 'Exif\0\0')
      return inTiff(content.subarray(6));
    at += 2 + length;
  }
  return 1;
}

function inTiff(tiff: Buffer): Orientation {
  const order = tiff.toString('latin1', 0, 2);
  if (tiff.length < 10 || (order !== 'II' && order !== 'MM')) return 1;
  const isLittle = order === 'II';
  const short = (at: number) => (isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const start = isLittle ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  if (start + 2 > tiff.length) return 1;
  const count = short(start);
  for (let entry = 0; entry < count; entry += 1) {
    const at = start + 2 + entry * 12;
    if (at + 12 > tiff.length) return 1;
    if (short(at) !== ORIENTATION_TAG || short(at + 2) !== SHORT) continue;
    const value = short(at + 8);
    return value >= 1 && value <= 8 ? (value as Orientation) : 1;
  }
  return 1;
}

/** For each place of the turned picture, where its pixel is in the one that was sent. */
const SOURCE = {
  1: (x, y) => [x, y],
  2: (x, y, width) => [width - 1 - x, y],
  3: (x, y, width, height) => [width - 1 - x, height - 1 - y],
  4: (x, y, _width, height) => [x, height - 1 - y],
  5: (x, y) => [y, x],
  6: (x, y, _width, height) => [y, height - 1 - x],
  7: (x, y, width, height) => [width - 1 - y, height - 1 - x],
  8: (x, y, width) => [width - 1 - y, x],
} as const satisfies Record<
  Orientation,
  (x: number, y: number, width: number, height: number) => [number, number]
>;

/** The same picture, upright. */
export function upright<T extends Pixels>(from: T, orientation: Orientation): Pixels {
  if (orientation === 1) return from;
  const { width: fromWidth, height: fromHeight, data } = from;
  const [width, height] = orientation >= 5 ? [fromHeight, fromWidth] : [fromWidth, fromHeight];
  const source = SOURCE[orientation];
  const turned = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const [fromX, fromY] = source(x, y, fromWidth, fromHeight);
      const at = (fromY * fromWidth + fromX) * 4;
      turned.set(data.subarray(at, at + 4), (y * width + x) * 4);
    }
  return { width, height, data: turned };
}
