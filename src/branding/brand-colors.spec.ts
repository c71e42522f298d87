import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BACKGROUNDS, brandStyle, brandStyleNamed, contrast } from './brand-colors.js';

const PAY_CSS = readFileSync(join(import.meta.dirname, '../../web/checkout/styles/pay.css'), 'utf8');
const VARIABLES = ['page', 'card', 'good-tint', 'warn-tint', 'bad-tint'];

function pairsIn(css: string) {
  return [...css.matchAll(/--accent:(#\w{6});--on-accent:(#\w{6})/g)].map(([, accent = '', on = '']) => ({
    accent,
    on,
  }));
}

describe('the style of a brand’s colour', () => {
  it('leaves a colour as it is where it can be read, and comes as near as it can where not', () => {
    const of = (color: string) => pairsIn(brandStyle(color).css);
    expect(of('#c8102e')).toEqual([
      { accent: '#c8102e', on: '#ffffff' },
      { accent: '#de7183', on: '#0b1020' },
    ]);
    expect(of('#ffff00')).toEqual([
      { accent: '#707000', on: '#ffffff' },
      { accent: '#ffff00', on: '#0b1020' },
    ]);
  });

  it('can be read on everything that it stands on, in both themes, whatever the colour', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffff }), (number) => {
        const [light, dark] = pairsIn(brandStyle(`#${number.toString(16).padStart(6, '0')}`).css);
        for (const [pair, backgrounds] of [
          [light, BACKGROUNDS.light],
          [dark, BACKGROUNDS.dark],
        ] as const) {
          expect(contrast(pair?.on ?? '', pair?.accent ?? '')).toBeGreaterThanOrEqual(4.5);
          for (const background of backgrounds)
            expect(contrast(pair?.accent ?? '', background)).toBeGreaterThanOrEqual(4.5);
        }
      }),
    );
  });

  it('is measured against the backgrounds that pay.css has', () => {
    const [light = '', dark = ''] = [...PAY_CSS.matchAll(/:root \{([^}]*)\}/g)].map(([, block]) => block);
    const valuesIn = (block: string) =>
      VARIABLES.map((name) => new RegExp(`--${name}: (#\\w{6});`).exec(block)?.[1]);
    expect([valuesIn(light), valuesIn(dark)]).toEqual([BACKGROUNDS.light, BACKGROUNDS.dark]);
    // Our own colour is held to the same.
    for (const [block, backgrounds] of [
      [light, BACKGROUNDS.light],
      [dark, BACKGROUNDS.dark],
    ] as const) {
      const [, accent = ''] = /--accent: (#\w{6});/.exec(block) ?? [];
      for (const background of backgrounds) expect(contrast(accent, background)).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('is found by the name that pages give it, and by no other', () => {
    const { name, css } = brandStyle('#c0ffee');
    expect(brandStyleNamed(name)?.css).toBe(css);
    const other = name.replace('c0ffee', 'c0ffef');
    for (const wrong of [other, name.toUpperCase(), 'brand-c0ffee.css', '../brand', '__proto__'])
      expect(brandStyleNamed(wrong)).toBeUndefined();
  });
});
