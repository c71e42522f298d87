import { encode } from 'uqr';
import { html, Html } from './html.js';

/** Modules of white around it, which ISO/IEC 18004 asks for. */
const QUIET_ZONE = 4;
/** About 5 kB each. A page that is fetched again, as each one is on news, has its codes made once. */
const MOST_KEPT = 2_000;

interface Code {
  size: number;
  path: Html;
}

const kept = new Map<string, Code>();

/** A QR code as one path in an SVG: black on white whatever the colours of the page are, since scanners want that. */
export function qrCode(text: string, label: string): Html {
  const { size, path } = codeOf(text);
  return html`<svg
    role="img"
    aria-label="${label}"
    viewBox="0 0 ${size} ${size}"
    shape-rendering="crispEdges"
  >
    <path fill="#fff" d="M0 0h${size}v${size}H0z" />
    <path fill="#000" d="${path}" />
  </svg>`;
}

/** Making one takes a millisecond, most of it for the choice of the mask that scanners read best. */
function codeOf(text: string): Code {
  const found = kept.get(text);
  if (found) return found;
  const { data, size } = encode(text, { ecc: 'M', border: QUIET_ZONE });
  const made = { size, path: new Html(pathOf(data)) };
  // A map keeps the order of insertion: the oldest goes first.
  if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value as string);
  kept.set(text, made);
  return made;
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
        path += `M${from} ${y}h${x - from}v1h${from - x}z`;
      }
      return path;
    })
    .join('');
}
