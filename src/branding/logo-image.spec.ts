import { crc32, deflateSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import jpeg from 'jpeg-js';
import { PNG } from 'pngjs';
import { drawLogo } from './logo-image.js';

const SCRIPT = '<script>alert(1)</script><?php system($_GET[0]); ?>';

function aPng(width: number, height: number, color = [31, 94, 255, 255]): Buffer {
  const image = new PNG({ width, height });
  for (let at = 0; at < image.data.length; at += 4) image.data.set(color, at);
  return PNG.sync.write(image);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}

/** Of 8 bits of grey, unless `interlaced`, with whatever is said to be its pixels. */
function madePng(width: number, height: number, packed: Buffer, isInterlaced = false): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, isInterlaced ? 1 : 0], 8);
  const parts = [chunk('IHDR', header), chunk('IDAT', packed), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...parts]);
}

describe('a logo', () => {
  it('is redrawn, no larger than pages show it, by its own shape', () => {
    const { png, width, height, backing } = drawLogo(aPng(1200, 300));
    expect([width, height, backing]).toEqual([480, 120, null]);
    const image = PNG.sync.read(png);
    expect([image.width, image.height, ...image.data.subarray(0, 4)]).toEqual([480, 120, 31, 94, 255, 255]);
    expect(drawLogo(aPng(50, 20))).toMatchObject({ width: 50, height: 20 });
    expect(drawLogo(aPng(1, 2_000))).toMatchObject({ width: 1, height: 160 });
  });

  it('may be a JPEG, and is a PNG afterwards', () => {
    const { data } = jpeg.encode({ width: 640, height: 64, data: Buffer.alloc(640 * 64 * 4, 200) }, 90);
    const { png, width, height } = drawLogo(data);
    expect([width, height]).toEqual([480, 48]);
    expect(Math.abs((PNG.sync.read(png).data[0] as number) - 200)).toBeLessThan(4);
  });

  it('stands on what it can be seen on, where it has transparent parts', () => {
    expect(drawLogo(aPng(9, 9, [0, 0, 0, 128])).backing).toBe('light');
    expect(drawLogo(aPng(9, 9, [255, 255, 250, 128])).backing).toBe('dark');
  });

  it('keeps nothing of what is in the file besides the picture, or behind it', () => {
    const png = aPng(8, 8);
    const text = chunk('tEXt', Buffer.from(`Comment\0${SCRIPT}`));
    const afterHeader = 8 + 25;
    const polyglot = Buffer.concat([
      png.subarray(0, afterHeader),
      text,
      png.subarray(afterHeader),
      Buffer.from(`${SCRIPT}PK\x03\x04`),
    ]);
    expect(drawLogo(polyglot).png.equals(drawLogo(png).png)).toBe(true);
    expect(drawLogo(polyglot).png.includes('script')).toBe(false);
    const photo = jpeg.encode({ width: 8, height: 8, data: Buffer.alloc(256, 9) }, 90).data;
    const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0, SCRIPT.length + 2]), Buffer.from(SCRIPT)]);
    const commented = Buffer.concat([photo.subarray(0, 2), comment, photo.subarray(2), Buffer.from(SCRIPT)]);
    expect(drawLogo(commented).png.includes('script')).toBe(false);
  });

  const zeros = deflateSync(Buffer.alloc(64 << 20));
  const whole = aPng(40, 40);
  const header = 8 + 25;
  const twiceSized = Buffer.concat([
    whole.subarray(0, header),
    madePng(16_000, 16_000, zeros).subarray(8, header),
    whole.subarray(header),
  ]);
  it.each<[string, Buffer, RegExp]>([
    ['nothing', Buffer.alloc(0), /is empty/],
    ['a file of 300 KB', Buffer.concat([whole, Buffer.alloc(300 << 10)]), /more than 256 KB/],
    ['a script', Buffer.from(SCRIPT), /neither PNG nor JPEG/],
    ['a page', Buffer.from(`<!doctype html>${SCRIPT}`), /neither PNG nor JPEG/],
    [
      'an SVG',
      Buffer.from(`<?xml version="1.0"?>\n<svg onload="alert(1)"/>`),
      /SVG, which can carry scripts/,
    ],
    ['a GIF', Buffer.from('GIF89a/*'), /is a GIF/],
    ['WebP', Buffer.from('RIFF\0\0\0\0WEBPVP8 '), /is WebP/],
    ['AVIF', Buffer.from('\0\0\0 ftypavif'), /is AVIF or HEIC/],
    ['a PNG of 65,535 × 65,535', madePng(65_535, 65_535, zeros), /65535 × 65535 pixels; make it smaller/],
    ['a small PNG that unpacks to 64 MB', madePng(8, 8, zeros), /cannot be unpacked/],
    ['the same, interlaced', madePng(8, 8, zeros, true), /cannot be unpacked/],
    ['a PNG that says its size twice', twiceSized, /is no whole PNG/],
    ['a PNG without pixels', madePng(0, 8, zeros), /has no pixels/],
    ['half a PNG', whole.subarray(0, whole.length / 2), /is cut off/],
    ['a PNG with a wrong checksum', Buffer.from(whole).fill(0, 29, 33), /cannot be read as PNG/],
    ['only the start of a JPEG', Buffer.from([0xff, 0xd8, 0xff, 0xe0]), /cannot be read as JPEG/],
  ])('is not made of %s, and says what to send', (_, bytes, why) => {
    expect(() => drawLogo(bytes)).toThrow(why);
  });

  it('is not made of a JPEG that claims 65,000 × 65,000 pixels', () => {
    const { data } = jpeg.encode({ width: 16, height: 16, data: Buffer.alloc(1024, 9) }, 90);
    const frame = data.indexOf(Buffer.from([0xff, 0xc0]));
    data.writeUInt16BE(65_000, frame + 5);
    data.writeUInt16BE(65_000, frame + 7);
    expect(() => drawLogo(data)).toThrow(/more than 4,000,000 pixels/);
  });
});
