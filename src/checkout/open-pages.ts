import { type ServerResponse } from 'node:http';

/** Then the browser connects again, to whichever process it meets. */
const MAX_AGE_MS = 10 * 60_000;
/** For what was written last to arrive. */
const GRACE_MS = 30_000;
/** A reader that leaves this much unread is gone, or means harm. */
const MOST_UNREAD_BYTES = 16 * 1024;

export interface OpenPage {
  paymentId: string;
  /** The caller's, and the site's that it is of, as limits know them. */
  address: string;
  site: string;
  stream: Pick<ServerResponse, 'write' | 'end' | 'destroy' | 'once' | 'writableLength'>;
  /** ms since the epoch. */
  since: number;
}

export interface PageLimits {
  inAll: number;
  ofPayment: number;
  ofAddress: number;
  ofSite: number;
}

/** The streams of the pages that are open: counted, told, and ended when they do not read. */
export class OpenPages {
  private readonly byPayment = new Map<string, Set<OpenPage>>();
  private readonly byAddress = new Tally();
  private readonly bySite = new Tally();
  private count = 0;
  private isClosed = false;

  constructor(private readonly limits: PageLimits) {}

  get size(): number {
    return this.count;
  }

  has(paymentId: string): boolean {
    return this.byPayment.has(paymentId);
  }

  payments(): string[] {
    return [...this.byPayment.keys()];
  }

  /** @returns false: there are too many already */
  add(page: OpenPage, whenGone: () => void): boolean {
    const ofPayment = this.byPayment.get(page.paymentId) ?? new Set();
    if (this.isClosed || this.isFull(page, ofPayment.size)) return false;
    this.count += 1;
    this.byAddress.add(page.address, 1);
    this.bySite.add(page.site, 1);
    this.byPayment.set(page.paymentId, ofPayment.add(page));
    page.stream.once('close', () => {
      this.remove(page);
      whenGone();
    });
    return true;
  }

  tell(paymentId: string, message: string): void {
    for (const page of this.byPayment.get(paymentId) ?? []) write(page, message);
  }

  /** Keeps proxies from ending the connection, shows us which readers are gone, and readers that we are there. */
  beat(page: OpenPage, nowMs: number): void {
    const ageMs = nowMs - page.since;
    // One that was ended and is still there never took what it was sent: it does not read, or is gone without a word.
    if (ageMs > MAX_AGE_MS + GRACE_MS) page.stream.destroy();
    else if (ageMs > MAX_AGE_MS) page.stream.end();
    else write(page, 'event: beat\ndata: 1\n\n');
  }

  /** Ends all of them, and takes no more. */
  close(): void {
    this.isClosed = true;
    for (const { stream } of this.all()) stream.end();
  }

  all(): OpenPage[] {
    return [...this.byPayment.values()].flatMap((pages) => [...pages]);
  }

  private remove(page: OpenPage): void {
    const pages = this.byPayment.get(page.paymentId);
    if (!pages?.delete(page)) return;
    if (pages.size === 0) this.byPayment.delete(page.paymentId);
    this.count -= 1;
    this.byAddress.add(page.address, -1);
    this.bySite.add(page.site, -1);
  }

  private isFull({ address, site }: OpenPage, ofPayment: number): boolean {
    const { limits } = this;
    if (this.count >= limits.inAll || ofPayment >= limits.ofPayment) return true;
    return this.byAddress.of(address) >= limits.ofAddress || this.bySite.of(site) >= limits.ofSite;
  }
}

/** Keeps nothing of a name of which there is none any more. */
class Tally {
  private readonly counts = new Map<string, number>();

  of(name: string): number {
    return this.counts.get(name) ?? 0;
  }

  add(name: string, change: 1 | -1): void {
    const count = this.of(name) + change;
    if (count > 0) this.counts.set(name, count);
    else this.counts.delete(name);
  }
}

function write({ stream }: OpenPage, message: string): void {
  if (stream.writableLength > MOST_UNREAD_BYTES) stream.destroy();
  else stream.write(message);
}
