import { type PageState } from './page-state.js';
import { type Text } from './texts.js';

/** What the server writes into the page for this module, as JSON in a block that no browser runs. */
export interface PageData {
  version: number;
  /** The server's time, ISO 8601. */
  now: string;
  eventsUrl: string;
  /** Pages that may show this one in a frame, and hear of the payment. */
  embedOrigins: readonly string[];
  texts: Readonly<Record<string, Text>>;
  state: PageState;
}

/** @returns null for a page without a payment, which stays as the server rendered it */
export function readPageData(page: Document): PageData | null {
  const block = page.getElementById('page-data');
  return block ? (JSON.parse(block.textContent ?? '') as PageData) : null;
}
