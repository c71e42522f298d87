import { Injectable, Logger } from '@nestjs/common';
import { RepeatedMessage } from '../process/repeated-message.js';
import { runningMs } from '../process/running-time.js';
import { callerOf, siteOf, TIMES_OF_A_SITE } from './caller.js';
import { DomainError } from './problem.js';
import { Windows } from './windows.js';

const WINDOW_MS = 60_000;
const COMPLAIN_EVERY_MS = 60_000;
const EVERYBODY = '';

export class TooManyPageRequestsError extends DomainError {
  readonly code = 'too_many_page_requests';
  override readonly retryable = true;

  constructor(readonly retryAfterSeconds: number) {
    super(`too many requests for pages from here; try again in ${retryAfterSeconds} s`);
  }
}

/** What a minute allows. A browser that follows a payment asks 15 times, several of them behind one address more. */
const LIMITS = {
  page: { ofPage: 1_200, ofAddress: 3_000, ofBoth: 120 },
  /** Everybody has its address: no number of visitors may close it to the others. */
  link_page: { ofAddress: 600 },
  missing: { ofAddress: 60 },
  /** Every page of a merchant shows the same. */
  logo: { ofAddress: 3_000 },
  /** Public keys, which everybody keeps for five minutes. */
  keys: { ofAddress: 120 },
  events: { ofPage: 600, ofAddress: 1_200, ofBoth: 60 },
  /** Each asks the nodes of every chain. */
  check: { ofPage: 10, ofAddress: 20, inAll: { most: 600, scarceAfter: 300, thenOfSite: 2 } },
  /** Each is an event of the payment. */
  choose: { ofPage: 20, ofAddress: 120 },
  /** Each makes a payment. */
  link: { ofPage: 600, ofAddress: 20 },
  links: { ofPage: 6_000, ofAddress: 60, windowMs: 3_600_000 },
  /** Each takes a piece of what is in stock, until it is paid or expires. */
  piece: { ofPage: 20_000, ofAddress: 60, ofBoth: 5, windowMs: 1_800_000 },
} as const satisfies Record<string, Limits>;

interface Limits {
  ofAddress: number;
  /** Whoever asks for it; left out: it is no page of anybody's. */
  ofPage?: number;
  /** Of one page by one address; left out: as many as the address may. */
  ofBoth?: number;
  /**
   * Of everybody, where what is behind has a limit of its own. Once it gets scarce, a site may have no more than a few:
   * who has had many leaves the rest to those who have had none.
   */
  inAll?: { most: number; scarceAfter: number; thenOfSite: number };
  windowMs?: number;
}

export type PublicAct = keyof typeof LIMITS;

/** How often strangers may ask, by the address that they ask from and by the page that they ask for. Per process. */
@Injectable()
export class PublicLimits {
  private readonly logger = new Logger(PublicLimits.name);
  private readonly complaints = new RepeatedMessage(COMPLAIN_EVERY_MS);
  /** By act and by whom it is counted for, so that names made up for one push nothing out of another. */
  private readonly counted = new Map<string, Windows>();

  /** @throws TooManyPageRequestsError */
  spend(act: PublicAct, address: string, page: string, nowMs = runningMs()): void {
    this.spendOfAddress(act, address, nowMs);
    this.spendOfPage(act, address, page, nowMs);
  }

  /** What does not depend on which page it is. @throws TooManyPageRequestsError */
  spendOfAddress(act: PublicAct, address: string, nowMs = runningMs()): void {
    const { ofAddress, inAll }: Limits = LIMITS[act];
    const site = siteOf(address);
    // The site first: then its addresses are remembered no more often than it may ask.
    const bySite = this.note(act, 'site', site, ofAddress * timesOf(site, address), nowMs);
    this.note(act, 'address', callerOf(address), ofAddress, nowMs);
    if (inAll) this.spendOfAll(act, inAll, bySite, nowMs);
  }

  /** Of a page that is there: whoever makes up names has none of them remembered. @throws TooManyPageRequestsError */
  spendOfPage(act: PublicAct, address: string, page: string, nowMs = runningMs()): void {
    const { ofPage, ofBoth }: Limits = LIMITS[act];
    const [site, caller] = [siteOf(address), callerOf(address)];
    if (ofBoth !== undefined) {
      this.note(act, 'page by site', `${page} ${site}`, ofBoth * timesOf(site, address), nowMs);
      this.note(act, 'page by address', `${page} ${caller}`, ofBoth, nowMs);
    }
    if (ofPage !== undefined) this.note(act, 'page', page, ofPage, nowMs);
  }

  private spendOfAll(
    act: PublicAct,
    { most, scarceAfter, thenOfSite }: NonNullable<Limits['inAll']>,
    bySite: number,
    nowMs: number,
  ): void {
    const granted = this.windowsOf(act, 'all');
    const { count, leftMs } = granted.peek(EVERYBODY, nowMs);
    // What is refused counts for nothing: else whoever is refused could have everybody refused.
    if (count < scarceAfter || (bySite <= thenOfSite && count < most))
      return void granted.note(EVERYBODY, nowMs);
    if (this.complaints.isDue(act, 'scarce', nowMs))
      this.logger.warn({ act, count }, 'strangers ask for more than pay pages give in a minute');
    throw new TooManyPageRequestsError(Math.ceil(leftMs / 1000));
  }

  /** @returns how often it was, this time included */
  private note(act: PublicAct, by: string, name: string, limit: number, nowMs: number): number {
    const { count, leftMs } = this.windowsOf(act, by).note(name, nowMs);
    if (count > limit) throw new TooManyPageRequestsError(Math.ceil(leftMs / 1000));
    return count;
  }

  private windowsOf(act: PublicAct, by: string): Windows {
    const { windowMs = WINDOW_MS }: Limits = LIMITS[act];
    const key = `${act} by ${by}`;
    const windows = this.counted.get(key) ?? new Windows(windowMs);
    this.counted.set(key, windows);
    return windows;
  }
}

/** An address that is its own site has no neighbours to share with. */
function timesOf(site: string, address: string): number {
  return site === callerOf(address) ? 1 : TIMES_OF_A_SITE;
}
