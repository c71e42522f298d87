import { createHash } from 'node:crypto';
import { PNG } from 'pngjs';
import { brandStyle, brandStyleNamed } from '../../src/branding/brand-colors.js';
import { drawLogo } from '../../src/branding/logo-image.js';
import { type PageBrand } from '../../src/checkout/page/brand.js';

/** A cup's outline, seen from above: transparent but for two rings. */
const LOGO = drawLogo(rings(320, [200, 16, 46]));
const PATH = `/pay/logos/${createHash('sha256').update(LOGO.png).digest('hex')}.png`;

export const NO_BRAND: PageBrand = { style: null, logo: null, support: null, termsUrl: null };

/** @param color "#c8102e" */
export function aBrand(color: string): PageBrand {
  return {
    style: `/pay/brands/${brandStyle(color).name}`,
    logo: { path: PATH, width: LOGO.width, height: LOGO.height, backing: LOGO.backing },
    support: 'help@shop.example',
    termsUrl: 'https://shop.example/terms',
  };
}

/** As the server answers. */
export function brandFile(path: string): { type: string; body: string | Buffer } | undefined {
  if (path === PATH) return { type: 'image/png', body: LOGO.png };
  const style = brandStyleNamed(path.replace('/pay/brands/', ''));
  return style && { type: 'text/css; charset=utf-8', body: style.css };
}

function rings(size: number, color: readonly number[]): Buffer {
  const image = new PNG({ width: size, height: size });
  for (let y = 0; y < size; y += 1)
    for (let x = 0; x < size; x += 1) {
      const radius = Math.hypot(x - size / 2, y - size / 2) / size;
      const isSeen = radius < 0.25 || (radius > 0.36 && radius < 0.46);
      image.data.set(isSeen ? [...color, 255] : [0, 0, 0, 0], (y * size + x) * 4);
    }
  return PNG.sync.write(image);
}
