/** What a wallet gives a page (EIP-1193). Everything that comes from it is a stranger's word. */
export interface Provider {
  request(call: { method: string; params?: readonly unknown[] }): Promise<unknown>;
  on?(event: string, listener: (value: unknown) => void): unknown;
  removeListener?(event: string, listener: (value: unknown) => void): unknown;
}

/** A wallet that the customer may choose. */
export interface Wallet {
  id: string;
  /** Null: it does not say. */
  name: string | null;
  /** A data URI of an image, shown by `img` only: an SVG in there runs no script. */
  icon: string | null;
  provider: Provider;
}

export function isProvider(value: unknown): value is Provider {
  return typeof value === 'object' && value !== null && typeof (value as Provider).request === 'function';
}
