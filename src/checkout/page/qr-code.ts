import { encode } from 'uqr';
import { html, Html } from './html.js';

/** Modules of white around it, which ISO/IEC 18004 asks for. */
const QUIET_ZONE = 4;

/** A QR code as one path in an SVG: black on white whatever the colours of the page are, since scanners want that. */
export function qrCode(text: string, label: string): Html {
  const { data, size } = encode(text, { ecc: 'M', border: QUIET_ZONE });
  return html`<svg
    role="img"
    aria-label="${label}"
    viewBox="0 0 ${size} ${size}"
    shape-rendering="crispEdges"
  >
    <path fill="#fff" d="M0 0h${size}v${size}H0z" />
    <path fill="#000" d="${new Html(pathOf(data))}" />
  </svg>`;
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
