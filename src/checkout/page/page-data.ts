import { isPayable, type PageOption, type PageView } from './page-view.js';
import { type Text } from './texts.js';

/** What the page's module reads from the page: JSON in a block that no browser runs. */
export interface PageData {
  version: number;
  /** What this copy of the page shows, in the server's own words. */
  mark: string;
  /** The server's time, ISO 8601. */
  now: string;
  eventsUrl: string;
  /** Pages that may show this one in a frame, and hear of the payment. */
  embedOrigins: readonly string[];
  texts: Readonly<Record<string, Text>>;
  paymentId: string;
  status: string;
  /** Changes whenever money arrives. */
  received: string;
  isPayable: boolean;
  address: string;
  options: readonly PageDataOption[];
}

export interface PageDataOption extends Pick<PageOption, 'id' | 'chainId' | 'network' | 'token' | 'addable'> {
  /** In base units, as a decimal string. */
  amountDue: string;
}

/** Texts that only the module shows. */
const MODULE_TEXTS = /^(wallet_|copied$|copy_by_hand$|offline$)/;

export function pageData(view: PageView, texts: Readonly<Record<string, Text>>): PageData {
  return {
    version: view.version,
    mark: view.mark,
    now: view.now,
    eventsUrl: `/pay/${view.token}/events`,
    embedOrigins: view.embedOrigins,
    texts: Object.fromEntries(Object.entries(texts).filter(([key]) => MODULE_TEXTS.test(key))),
    paymentId: view.paymentId,
    status: view.status,
    received: view.received?.amount ?? '0',
    isPayable: isPayable(view.situation),
    address: view.address,
    options: view.options.map(({ id, chainId, network, token, amountDueUnits, addable }) => ({
      id,
      chainId,
      network,
      token,
      amountDue: amountDueUnits,
      addable,
    })),
  };
}
