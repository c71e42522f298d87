import { encode } from 'uqr';
import { html, type Html } from './html.js';

/** Modules of white around it, which ISO/IEC 18004 asks for. */
const QUIET_ZONE = 4;
/** About 5 kB each. A page that is fetched again, as each one is on news, has its codes made once. */
const MOST_KEPT = 2_000;

const kept = new Map<string, string>();

/**
 * A QR code, black on white whatever the colours of the page are, since scanners want that. It is an image, and no element of
 * the page itself: extensions and browsers that darken pages repaint those, and leave images alone.
 */
export function qrCode(text: string, label: string): Html {
  return html`<img src="${imageOf(text)}" alt="${label}" width="240" height="240" />`;
}

/** Making one takes a millisecond, most of it for the choice of the mask that scanners read best. */
function imageOf(text: string): string {
  const found = kept.get(text);
  if (found) return found;
  const { data, size } = encode(text, { ecc: 'M', border: QUIET_ZONE });
  const made = imageUrl(size, pathOf(data));
  // A map keeps the order of insertion: the oldest goes first.
  if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value as string);
  kept.set(text, made);
  return made;
}

/** As URLs have it, and with nothing that HTML would escape. */
function imageUrl(size: number, path: string): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><path fill="white" d="M0,0h${size}v${size}H0z"/><path d="${path}"/></svg>`;
  return `data:image/svg+xml,${svg.replace(/[<>" ]/g, encodeURIComponent)}`;
}

/** Each run of black modules in a row is one rectangle. */
function pathOf(rows: readonly (readonly boolean[])[]): string {
  return rows
    .map((row, y) => {
      let path = '';
      for (let x = 0; x < row.length; x++) {
        if (!row[x]) continue;
        const from = x;
        while (row[x]) x++;
        path += `M${from},${y}h${x - from}v1h${from - x}z`;
      }
      return path;
    })
    .join('');
}
