import jpeg from 'jpeg-js';
import { PNG } from 'pngjs';
import { jpegOrientation, upright } from './jpeg-orientation.js';
import { logoFormat, plainPng, requireSize, UnusableLogoError } from './logo-format.js';

/** Twice the size that pages show it in, for dense screens. */
const BOX = { width: 480, height: 160 };
const JPEG_LIMITS = { maxResolutionInMP: 4, maxMemoryUsageInMB: 192 };
/** Above this mean luminance a logo that lets through what is behind it is not seen on white. */
const LIGHT = 0.6;

interface Pixels {
  width: number;
  height: number;
  /** Red, green, blue and alpha of each, from the upper left. */
  data: Uint8Array;
}

/** A logo as it is kept: redrawn from the pixels of what was sent, so that nothing else of that is left. */
export interface Logo {
  png: Buffer;
  width: number;
  height: number;
  /** What a logo has to stand on to be seen, in either theme; null: it has no transparent part. */
  backing: 'light' | 'dark' | null;
}

/**
 * Takes seconds for hostile files: to be called where it can be ended.
 * @throws UnusableLogoError
 */
export function drawLogo(bytes: Buffer): Logo {
  const pixels = fitted(decoded(bytes));
  const { width, height, data } = pixels;
  const image = new PNG({ width, height });
  image.data = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return { png: PNG.sync.write(image, { deflateLevel: 9 }), width, height, backing: backingOf(pixels) };
}

function decoded(bytes: Buffer): Pixels {
  const format = logoFormat(bytes);
  const pixels = format === 'png' ? plainPng(bytes) : bytes;
  try {
    const image = format === 'png' ? PNG.sync.read(pixels) : jpeg.decode(pixels, JPEG_LIMITS);
    requireSize(image.width, image.height);
    return format === 'png' ? image : upright(image, jpegOrientation(bytes));
  } catch (error) {
    if (error instanceof UnusableLogoError) throw error;
    if (/maxResolutionInMP/.test(String(error)))
      throw new UnusableLogoError('has more than 4,000,000 pixels; make it smaller: 480 × 160 are shown');
    throw new UnusableLogoError(`cannot be read as ${format.toUpperCase()}; export it again`);
  }
}

/** Made smaller where it is larger than shown: each pixel the mean of those that it stands for, by their alpha. */
function fitted(from: Pixels): Pixels {
  const scale = Math.min(1, BOX.width / from.width, BOX.height / from.height);
  if (scale === 1) return from;
  const width = Math.max(1, Math.round(from.width * scale));
  const height = Math.max(1, Math.round(from.height * scale));
  const data = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y += 1) {
    const rows = span(y, height, from.height);
    for (let x = 0; x < width; x += 1)
      data.set(meanOf(from, rows, span(x, width, from.width)), (y * width + x) * 4);
  }
  return { width, height, data };
}

function span(index: number, count: number, of: number): [number, number] {
  const start = Math.floor((index * of) / count);
  return [start, Math.max(start + 1, Math.floor(((index + 1) * of) / count))];
}

function meanOf({ width, data }: Pixels, rows: [number, number], columns: [number, number]): number[] {
  const sums = [0, 0, 0, 0] as [number, number, number, number];
  for (let y = rows[0]; y < rows[1]; y += 1)
    for (let x = columns[0]; x < columns[1]; x += 1) {
      const at = (y * width + x) * 4;
      const alpha = data[at + 3] as number;
      for (const channel of [0, 1, 2] as const) sums[channel] += (data[at + channel] as number) * alpha;
      sums[3] += alpha;
    }
  const [red, green, blue, alpha] = sums;
  if (alpha === 0) return [0, 0, 0, 0];
  const count = (rows[1] - rows[0]) * (columns[1] - columns[0]);
  return [red / alpha, green / alpha, blue / alpha, alpha / count].map(Math.round);
}

function backingOf({ data }: Pixels): Logo['backing'] {
  let light = 0;
  let shown = 0;
  let isOpaque = true;
  for (let at = 0; at < data.length; at += 4) {
    const [red, green, blue, alpha] = data.subarray(at, at + 4) as unknown as [
      number,
      number,
      number,
      number,
    ];
    light += (0.2126 * red + 0.7152 * green + 0.0722 * blue) * alpha;
    shown += alpha;
    if (alpha < 250) isOpaque = false;
  }
  if (isOpaque) return null;
  return light > LIGHT * 255 * shown ? 'dark' : 'light';
}
