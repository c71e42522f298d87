import { describe, expect, it } from '@jest/globals';
import { jpegOrientation, type Orientation, upright } from './jpeg-orientation.js';

/** The first bytes of a JPEG with another segment before its Exif, in either order of bytes. */
function jpegWith(orientation: number, isLittle: boolean): Buffer {
  const tiff = Buffer.alloc(8 + 2 + 24);
  tiff.write(isLittle ? 'II' : 'MM', 'latin1');
  const short = (value: number, at: number) =>
    isLittle ? tiff.writeUInt16LE(value, at) : tiff.writeUInt16BE(value, at);
  short(42, 2);
  if (isLittle) tiff.writeUInt32LE(8, 4);
  else tiff.writeUInt32BE(8, 4);
  short(2, 8);
  short(0x010f, 10);
  short(0x0112, 22);
  short(3, 24);
  short(orientation, 30);
  const segment = (marker: number, content: Buffer) => {
    const head = Buffer.from([0xff, marker, 0, 0]);
    head.writeUInt16BE(content.length + 2, 2);
    return Buffer.concat([head, content]);
  };
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, Buffer.from('JFIF\0')),
    segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff])),
    Buffer.from([0xff, 0xda, 0, 2]),
  ]);
}

/** Two rows of three: each pixel's red says which one it is. */
const ROWS = [
  [1, 2, 3],
  [4, 5, 6],
];
const picture = {
  width: 3,
  height: 2,
  data: Uint8Array.from(ROWS.flat().flatMap((red) => [red, 0, 0, 255])),
};
const turned = (orientation: Orientation) => {
  const { width, data } = upright(picture, orientation);
  const reds = [...data].filter((_value, at) => at % 4 === 0);
  return Array.from({ length: reds.length / width }, (_row, y) =>
    reds.slice(y * width, (y + 1) * width).join(''),
  );
};

describe('the orientation of a JPEG', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('%d is read in either order of bytes', (orientation) => {
    expect(jpegOrientation(jpegWith(orientation, true))).toBe(orientation);
    expect(jpegOrientation(jpegWith(orientation, false))).toBe(orientation);
  });

  it('is as it is where nothing, or nonsense, is said of it, and however the file is cut', () => {
    expect(jpegOrientation(jpegWith(9, true))).toBe(1);
    expect(jpegOrientation(jpegWith(0, false))).toBe(1);
    const whole = jpegWith(6, true);
    for (let length = 0; length < whole.length - 4; length += 1)
      expect([1, 6]).toContain(jpegOrientation(whole.subarray(0, length)));
    expect(jpegOrientation(Buffer.from('ffd8ffe1ffff', 'hex'))).toBe(1);
  });

  it('turns the picture as Exif has it', () => {
    expect(([1, 2, 3, 4, 5, 6, 7, 8] as const).map(turned)).toEqual([
      ['123', '456'],
      ['321', '654'],
      ['654', '321'],
      ['456', '123'],
      ['14', '25', '36'],
      ['41', '52', '63'],
      ['63', '52', '41'],
      ['36', '25', '14'],
    ]);
  });
});
