import {
  type Caller,
  type EndpointRecord,
  type Exchanged,
  freshRecord,
  isBusy,
  isIdle,
  isQuick,
  joinLine,
  LEAST_PAUSE,
  learn,
  leaveLine,
  limitOf,
  shareOf,
} from '../endpoints/endpoint-record.js';

const MIN_WAIT_MS = 20;
/**
 * Deliveries that may wait here for the turn of an endpoint which is quick, beyond those under way: to be sent away and
 * brought again takes longer than to wait.
 */
const IN_LINE = 50;
/** Silence that says nothing yet: we ourselves may have been busy. */
const USUAL_SILENCE_MS = 1_000;
/** Before anything is known of an endpoint, what each delivery that is queued before is taken to last, ms. */
const FIRST_PACE_MS = 2;
/** A job that asks too early costs us little, one that asks too late leaves its endpoint idle. */
const EARLY = 0.7;
/** While an endpoint answers quickly, nothing waits longer than this, or than so much for each job that is queued. */
const MAX_QUICK_WAIT = { ms: 250, perJobMs: 2 };
/** Before it has answered at all: it may hang. */
const MAX_FIRST_WAIT = { ms: 250, perJobMs: 10 };
/** Longest wait for a turn: what an endpoint that recovers has to wait for those sent away. */
const MAX_WAIT_MS = 120_000;
/** The same of one that fails at once, and may be well again at once. */
const MAX_REFUSED_WAIT_MS = 20_000;
/** Woken when one leaves: more than one, because a quick endpoint is allowed more than it has. */
const WOKEN = 2;
/** Idle endpoints are forgotten when there are more than this. */
const MAX_REMEMBERED = 10_000;

export type Circuit = 'closed' | 'open' | 'half-open';

/** Leave to talk to an endpoint; given back with `leave`. */
export interface Pass {
  endpointId: string;
  /** It uses one of the slots that slow endpoints share. */
  isOfSlow: boolean;
}

/**
 * Keeps one slow or dead endpoint from delaying others, with nothing but what it has seen of each: how many exchanges
 * an endpoint may have at once follows its speed, what fails again and again is left alone for a while and then tried
 * by one delivery, and half of the slots are for endpoints that are known to be quick. Times in ms.
 */
export class EndpointGate {
  private readonly endpoints = new Map<string, EndpointRecord>();
  private slowInFlight = 0;
  private slowProgressAt = 0;

  /** @param slots exchanges that this process can have at once */
  constructor(
    private readonly slots: number,
    private readonly random: () => number = Math.random,
  ) {}

  /**
   * Before anything is prepared for the endpoint.
   * @returns how long to wait before asking again, ms; null: it seems free, and the caller says `prepared` before it enters
   */
  ask(endpointId: string, caller: Caller, now: number): number | null {
    const endpoint = this.recordOf(endpointId);
    leaveLine(endpoint, caller);
    // Callers that are queued already come first.
    const ahead = endpoint.inFlight + endpoint.preparing + endpoint.line.size;
    const mayEnter = ahead < limitOf(endpoint) && this.isFree(endpoint, now);
    if (!mayEnter && !(this.isSoonFree(endpoint, now) && ahead < limitOf(endpoint) + IN_LINE))
      return this.sendAway(endpoint, caller, now);
    endpoint.preparing += caller.size;
    return null;
  }

  /** Whether it soon is the turn of whoever waits for it: it is quick, and has not fallen silent. */
  isSoon(endpointId: string, now: number): boolean {
    return this.isSoonFree(this.recordOf(endpointId), now);
  }

  /** Whether nothing can be sent to it at this moment. */
  isFull(endpointId: string, now: number): boolean {
    return !this.isFree(this.recordOf(endpointId), now);
  }

  /**
   * Before a job is queued at all: one whose endpoint is left alone would only be sent away again.
   * @returns ms until it may ask; 0: it may ask at once
   */
  pauseBefore(endpointId: string, caller: Caller, now: number): number {
    const endpoint = this.endpoints.get(endpointId);
    if (!endpoint || now >= (endpoint.openUntil ?? now)) return 0;
    leaveLine(endpoint, caller);
    return this.sendAway(endpoint, caller, now);
  }

  /** Whether an endpoint that is quick has something under way, or waiting here. */
  hasQuickAtWork(): boolean {
    for (const endpoint of this.endpoints.values()) if (isQuick(endpoint) && isBusy(endpoint)) return true;
    return false;
  }

  prepared(endpointId: string, { size }: Caller): void {
    this.recordOf(endpointId).preparing -= size;
  }

  /** @returns a pass, or how long to wait before asking again */
  enter(endpointId: string, caller: Caller, now: number): Pass | { waitMs: number } {
    const endpoint = this.recordOf(endpointId);
    leaveLine(endpoint, caller);
    if (!this.isFree(endpoint, now)) return { waitMs: this.sendAway(endpoint, caller, now) };
    const isOfSlow = !isQuick(endpoint);
    if (endpoint.inFlight === 0) endpoint.progressAt = now;
    endpoint.inFlight += 1;
    if (isOfSlow && this.slowInFlight === 0) this.slowProgressAt = now;
    if (isOfSlow) this.slowInFlight += 1;
    return { endpointId, isOfSlow };
  }

  /** @param exchanged left out: nothing was sent after all */
  leave({ endpointId, isOfSlow }: Pass, now: number, exchanged?: Exchanged): void {
    const endpoint = this.recordOf(endpointId);
    endpoint.inFlight -= 1;
    if (exchanged) learn(endpoint, now, exchanged);
    endpoint.progressAt = now;
    if (isOfSlow) {
      this.slowInFlight -= 1;
      this.slowProgressAt = now;
    }
    [...firstOf(endpoint.line, WOKEN)].forEach((wake) => wake());
  }

  /** Queues until an exchange with the endpoint has ended and it may be the caller's turn, `maxMs` at most. */
  turn(endpointId: string, maxMs: number): Promise<void> {
    const { line } = this.recordOf(endpointId);
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        line.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, maxMs);
      line.add(wake);
    });
  }

  /** How many of the endpoints remembered have their circuit in each state. */
  circuits(now: number): Record<Circuit, number> {
    const counts = { closed: 0, open: 0, 'half-open': 0 };
    for (const { openUntil } of this.endpoints.values()) {
      counts[openUntil === null ? 'closed' : now < openUntil ? 'open' : 'half-open'] += 1;
    }
    return counts;
  }

  private isFree(endpoint: EndpointRecord, now: number): boolean {
    const isOpen = now < (endpoint.openUntil ?? now);
    return !isOpen && endpoint.inFlight < limitOf(endpoint) && this.hasFreeSlot(endpoint);
  }

  private isSoonFree(endpoint: EndpointRecord, now: number): boolean {
    return isQuick(endpoint) && this.silentMs(endpoint, now) <= USUAL_SILENCE_MS;
  }

  private hasFreeSlot(endpoint: EndpointRecord): boolean {
    return isQuick(endpoint) || this.slowInFlight < this.slots * shareOf(endpoint);
  }

  /** @returns ms until it may ask again */
  private sendAway(endpoint: EndpointRecord, caller: Caller, now: number): number {
    joinLine(endpoint, caller);
    const openMs = Math.max(0, (endpoint.openUntil ?? now) - now);
    return openMs + this.turnMs(endpoint, this.silentMs(endpoint, now));
  }

  /** For how long nothing that this one waits for has ended. */
  private silentMs(endpoint: EndpointRecord, now: number): number {
    if (!this.hasFreeSlot(endpoint)) return now - this.slowProgressAt;
    return endpoint.inFlight === 0 ? 0 : now - endpoint.progressAt;
  }

  /**
   * How long until it is the turn of the last one queued, at the pace known; with jitter, so that not all ask at once.
   * @param silentMs for how long nothing has ended: what is under way takes at least that long
   */
  private turnMs(endpoint: EndpointRecord, silentMs: number): number {
    const { waiting, waitingDeliveries, paceMs, openUntil, pauseMs } = endpoint;
    const isSilent = silentMs > USUAL_SILENCE_MS;
    const oneMs = Math.max(paceMs ?? FIRST_PACE_MS, isSilent ? silentMs / limitOf(endpoint) : 0);
    const lineMs = openUntil === null ? waitingDeliveries * oneMs * EARLY : waiting.size * pauseMs;
    const maxMs = isSilent ? MAX_WAIT_MS : longestWaitMs(endpoint);
    const expectedMs = Math.min(maxMs, MAX_WAIT_MS, Math.max(MIN_WAIT_MS, silentMs / 5, lineMs));
    return Math.round(expectedMs * (0.5 + this.random()));
  }

  private recordOf(endpointId: string): EndpointRecord {
    const known = this.endpoints.get(endpointId);
    if (known) return known;
    if (this.endpoints.size >= MAX_REMEMBERED) this.forgetIdle();
    const endpoint = freshRecord();
    this.endpoints.set(endpointId, endpoint);
    return endpoint;
  }

  private forgetIdle(): void {
    for (const [id, endpoint] of this.endpoints) {
      if (isIdle(endpoint)) this.endpoints.delete(id);
    }
  }
}

function* firstOf<T>(all: Iterable<T>, count: number): Iterable<T> {
  let taken = 0;
  for (const one of all) {
    if (taken === count) return;
    taken += 1;
    yield one;
  }
}

/** While something is under way, and no silence tells anything. */
function longestWaitMs(endpoint: EndpointRecord): number {
  if (endpoint.openUntil !== null)
    return endpoint.pauseMs > LEAST_PAUSE.mostMs ? MAX_WAIT_MS : MAX_REFUSED_WAIT_MS;
  if (endpoint.paceMs !== null && !isQuick(endpoint)) return MAX_WAIT_MS;
  const { ms, perJobMs } = endpoint.paceMs === null ? MAX_FIRST_WAIT : MAX_QUICK_WAIT;
  return Math.max(ms, endpoint.waiting.size * perJobMs);
}
