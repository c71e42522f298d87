import { Injectable } from '@nestjs/common';
import { callerOf } from '../http/caller.js';
import { DomainError } from '../http/problem.js';

const WINDOW_MS = 60_000;
const MAX_REMEMBERED = 20_000;

export class TooManyPageRequestsError extends DomainError {
  readonly code = 'too_many_page_requests';
  override readonly retryable = true;

  constructor(readonly retryAfterSeconds: number) {
    super(`too many requests for pages from here; try again in ${retryAfterSeconds} s`);
  }
}

/** What a minute allows. A browser that follows a payment asks 15 times, several of them behind one address more. */
const LIMITS = {
  page: { ofPage: 300, ofAddress: 3_000 },
  missing: { ofPage: 60, ofAddress: 60 },
  /** Every page of a merchant shows the same. */
  logo: { ofPage: 60_000, ofAddress: 3_000 },
  events: { ofPage: 120, ofAddress: 1_200 },
  /** Each asks the nodes of every chain. */
  check: { ofPage: 10, ofAddress: 20 },
  /** Each is an event of the payment. */
  choose: { ofPage: 20, ofAddress: 120 },
  /** Each makes a payment. */
  link: { ofPage: 600, ofAddress: 20 },
  links: { ofPage: 6_000, ofAddress: 60, windowMs: 3_600_000 },
  /** Each takes a piece of what is in stock, until it is paid or expires. */
  piece: { ofPage: 20_000, ofAddress: 60, ofBoth: 5, windowMs: 1_800_000 },
} as const satisfies Record<string, Limits>;

interface Limits {
  ofPage: number;
  ofAddress: number;
  /** Of one page by one address; left out: as many as the address may. */
  ofBoth?: number;
  windowMs?: number;
}

export type PublicAct = keyof typeof LIMITS;

/** How often strangers may ask, by the address that they ask from and by the page that they ask for. Per process. */
@Injectable()
export class PublicLimits {
  /** By the length of their windows, in ms: names that are made up for a short one push nothing out of a long one. */
  private readonly counts = new Map<number, Map<string, { count: number; since: number }>>();

  /** @throws TooManyPageRequestsError */
  spend(act: PublicAct, address: string, page: string, nowMs = Date.now()): void {
    const { ofPage, ofAddress, ofBoth, windowMs = WINDOW_MS }: Limits = LIMITS[act];
    const caller = callerOf(address);
    if (ofBoth !== undefined) this.note(`${act} of ${page} from ${caller}`, ofBoth, windowMs, nowMs);
    this.note(`${act} from ${caller}`, ofAddress, windowMs, nowMs);
    this.note(`${act} of ${page}`, ofPage, windowMs, nowMs);
  }

  private note(key: string, limit: number, windowMs: number, nowMs: number): void {
    const counts = this.counts.get(windowMs) ?? new Map<string, { count: number; since: number }>();
    this.counts.set(windowMs, counts);
    const known = counts.get(key);
    if (!known || nowMs - known.since >= windowMs) {
      counts.delete(key);
      counts.set(key, { count: 1, since: nowMs });
      forgetOldest(counts);
      return;
    }
    known.count += 1;
    if (known.count > limit)
      throw new TooManyPageRequestsError(Math.ceil((known.since + windowMs - nowMs) / 1000));
  }
}

/** A map keeps the order of insertion: what began first has the least of its window left. */
function forgetOldest(counts: Map<string, unknown>): void {
  if (counts.size <= MAX_REMEMBERED) return;
  const [oldest] = counts.keys();
  counts.delete(oldest as string);
}
