import { createHash } from 'node:crypto';

type Color = readonly [red: number, green: number, blue: number];

/** WCAG 2.2, 1.4.3: text on its background. */
const LEAST_CONTRAST = 4.5;
const STEPS = 64;

/** Whatever the accent stands on in pay.css, in each theme: --page, --card and the tints. */
export const BACKGROUNDS = {
  light: ['#f3f4f7', '#ffffff', '#e4f5ea', '#fff1dc', '#fdeaea'],
  dark: ['#101216', '#1a1d23', '#12301f', '#36260b', '#3a1618'],
} as const;

/** What the text on the accent may be. */
const ON_ACCENT = ['#ffffff', '#0b1020'] as const;
const EDGE = { light: [0, 0, 0], dark: [255, 255, 255] } as const satisfies Record<string, Color>;

export interface BrandStyle {
  /** Says what is in it: it may be kept for good. */
  name: string;
  css: string;
}

/**
 * The style sheet of a colour, laid over the page's own: the colour itself where it can be read in the theme, else as
 * near to it as can be. Of the colour alone, so that it need not be kept anywhere.
 * @param color "#1f5eff", checked already
 */
export function brandStyle(color: string): BrandStyle {
  const css = `:root{${rules(color, 'light')}}@media (prefers-color-scheme:dark){:root{${rules(color, 'dark')}}}\n`;
  const digest = createHash('sha256').update(css).digest('hex').slice(0, 12);
  return { name: `brand-${color.slice(1)}-${digest}.css`, css };
}

/** @returns undefined: it is not the name of a style that pages lead to */
export function brandStyleNamed(name: string): BrandStyle | undefined {
  const color = /^brand-([0-9a-f]{6})-[0-9a-f]{12}\.css$/.exec(name)?.[1];
  const style = color === undefined ? undefined : brandStyle(`#${color}`);
  return style?.name === name ? style : undefined;
}

function rules(color: string, theme: keyof typeof BACKGROUNDS): string {
  const accent = hexOf(readable(colorOf(color), theme));
  const [first, second] = ON_ACCENT;
  const onAccent = contrast(accent, first) >= contrast(accent, second) ? first : second;
  return `--accent:${accent};--on-accent:${onAccent}`;
}

/** The more of black (or, in the dark, of white) is mixed in, the better it can be read: the least that is enough. */
function readable(color: Color, theme: keyof typeof BACKGROUNDS): Color {
  const isRead = (step: number) => {
    const mixed = hexOf(mix(color, EDGE[theme], step / STEPS));
    return BACKGROUNDS[theme].every((one) => contrast(mixed, one) >= LEAST_CONTRAST);
  };
  let enough = STEPS;
  let tooLittle = -1;
  while (enough - tooLittle > 1) {
    const middle = (enough + tooLittle) >> 1;
    if (isRead(middle)) enough = middle;
    else tooLittle = middle;
  }
  return mix(color, EDGE[theme], enough / STEPS);
}

function mix(from: Color, to: Color, part: number): Color {
  const channel = (index: 0 | 1 | 2) => Math.round(from[index] + (to[index] - from[index]) * part);
  return [channel(0), channel(1), channel(2)];
}

/** WCAG 2.2, "contrast ratio". */
export function contrast(one: string, other: string): number {
  const [less, more] = [luminance(colorOf(one)), luminance(colorOf(other))].sort((a, b) => a - b);
  return ((more as number) + 0.05) / ((less as number) + 0.05);
}

/** WCAG 2.2, "relative luminance". */
function luminance(color: Color): number {
  const [red, green, blue] = color.map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function colorOf(hex: string): Color {
  const number = Number.parseInt(hex.slice(1), 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}

function hexOf(color: Color): string {
  return `#${color.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}
