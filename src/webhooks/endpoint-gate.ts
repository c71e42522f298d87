/** An endpoint that answered well so far may have as many exchanges at once as keep it busy for this long, ms. */
const BUSY_MS = 4_000;
/** Before anything is known of an endpoint. */
const FIRST_LIMIT = 10;
const MAX_LIMIT = 100;
/** Slower than this on average, ms, it may not use the half of our hands that is kept for the quick. */
const QUICK_MS = 1_000;
/** Failures in a row that open the circuit, if they are of several deliveries: one has its retry schedule. */
const FAILURES_TO_OPEN = 5;
const DELIVERIES_TO_OPEN = 3;
/** A failing endpoint is left alone ten times as long as it held us up, so that it costs a tenth of one hand. */
const PAUSE_PER_MS = 10;
const MAX_PAUSE_MS = 60_000;
const MIN_WAIT_MS = 20;
/** Silence that tells nothing yet: we ourselves may have been busy. */
const USUAL_SILENCE_MS = 1_000;
/** Before anything is known of an endpoint, what a delivery before one in line is taken to cost. */
const FIRST_PACE_MS = 2;
/** A job that asks too early costs us little, one that asks too late leaves its endpoint idle. */
const EARLY = 0.5;
/** While an endpoint answers, nobody has to stay away longer than this, or than so much for each job in line. */
const MAX_MOVING_WAIT_MS = 1_000;
const MAX_MOVING_WAIT_PER_JOB_MS = 10;
/** Longest wait for a turn: what an endpoint that recovers has to wait for those sent away. */
const MAX_WAIT_MS = 120_000;
/** Weight of the newest exchange in the average duration. */
const NEWEST = 0.2;
/** And in the pace, because they end in bursts. */
const NEWEST_END = 0.05;
/** Woken when one leaves: more than one, because a quick endpoint is allowed more than it has. */
const WOKEN = 2;
/** Idle endpoints are forgotten when there are more than this. */
const MAX_REMEMBERED = 10_000;

export type Circuit = 'closed' | 'open' | 'half-open';

interface EndpointRecord {
  inFlight: number;
  /** Deliveries that were told it is free and have not come back yet. */
  preparing: number;
  /** When something last began with nothing before it, or came to an end. */
  progressAt: number;
  averageMs: number | null;
  /** From the end of an exchange to that of the next, on average, while there are any. */
  paceMs: number | null;
  failures: number;
  failedDeliveries: Set<string>;
  openUntil: number | null;
  pauseMs: number;
  /** Jobs sent away and not yet back, and how many deliveries each brings: those who come next queue behind them. */
  waiting: Map<string, number>;
  waitingDeliveries: number;
  /** Wakes those who stand in line for the next to leave, first come first. */
  line: Set<() => void>;
}

/** Who asks for leave to talk to an endpoint. */
export interface Caller {
  jobId: string;
  /** Deliveries that come with it. */
  size: number;
}

/** Leave to talk to an endpoint; given back with `leave`. */
export interface Pass {
  endpointId: string;
  /** It uses one of the hands that slow endpoints share. */
  isOfSlow: boolean;
}

export interface Exchanged {
  deliveryId: string;
  isSuccess: boolean;
  durationMs: number;
}

/**
 * Keeps one slow or dead endpoint from delaying others, with nothing but what it has seen of each: how many exchanges
 * an endpoint may have at once follows its speed, what fails again and again is left alone for a while and then tried
 * by one delivery, and half of the hands are for endpoints that are known to be quick. Times in ms.
 */
export class EndpointGate {
  private readonly endpoints = new Map<string, EndpointRecord>();
  private slowInFlight = 0;
  private slowProgressAt = 0;

  /** @param hands exchanges this process can have at once */
  constructor(
    private readonly hands: number,
    private readonly random: () => number = Math.random,
  ) {}

  /**
   * Before anything is prepared for the endpoint.
   * @returns how long to stay away; null: it seems free, and whoever asked says `prepared` before they enter
   */
  ask(endpointId: string, caller: Caller, now: number): number | null {
    const endpoint = this.recordOf(endpointId);
    leaveLine(endpoint, caller);
    // Those who stand in line come first.
    const ahead = endpoint.inFlight + endpoint.preparing + endpoint.line.size;
    if (ahead >= limitOf(endpoint) || !this.isFree(endpoint, now))
      return this.sendAway(endpoint, caller, now);
    endpoint.preparing += caller.size;
    return null;
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
    if (exchanged) endpoint.paceMs = average(endpoint.paceMs, now - endpoint.progressAt, NEWEST_END);
    endpoint.progressAt = now;
    if (isOfSlow) {
      this.slowInFlight -= 1;
      this.slowProgressAt = now;
    }
    if (exchanged) learn(endpoint, now, exchanged);
    [...firstOf(endpoint.line, WOKEN)].forEach((wake) => wake());
  }

  /** Stands in line until an exchange with the endpoint has ended and it may be one's turn, `maxMs` at most. */
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
    return !isOpen && endpoint.inFlight < limitOf(endpoint) && this.hasHands(endpoint);
  }

  private hasHands(endpoint: EndpointRecord): boolean {
    return isQuick(endpoint) || this.slowInFlight < this.hands * shareOf(endpoint);
  }

  /** @returns ms until it may ask again */
  private sendAway(endpoint: EndpointRecord, caller: Caller, now: number): number {
    joinLine(endpoint, caller);
    const openMs = Math.max(0, (endpoint.openUntil ?? now) - now);
    return openMs + this.turnMs(endpoint, this.silentMs(endpoint, now));
  }

  /** For how long nothing has come back of what this one waits for. */
  private silentMs(endpoint: EndpointRecord, now: number): number {
    if (!this.hasHands(endpoint)) return now - this.slowProgressAt;
    return endpoint.inFlight === 0 ? 0 : now - endpoint.progressAt;
  }

  /**
   * How long until it is the turn of whoever comes last, at the pace known; spread, so that not all come at once.
   * @param silentMs nothing has come back for so long: what is under way takes at least that
   */
  private turnMs(endpoint: EndpointRecord, silentMs: number): number {
    const { waiting, waitingDeliveries, paceMs, openUntil, pauseMs } = endpoint;
    const isSilent = silentMs > USUAL_SILENCE_MS;
    const oneMs = Math.max(paceMs ?? FIRST_PACE_MS, isSilent ? silentMs / limitOf(endpoint) : 0);
    const lineMs = openUntil === null ? waitingDeliveries * oneMs * EARLY : waiting.size * pauseMs;
    const isMoving = openUntil === null && !isSilent && (paceMs === null || isQuick(endpoint));
    const maxMs = isMoving
      ? Math.max(MAX_MOVING_WAIT_MS, waiting.size * MAX_MOVING_WAIT_PER_JOB_MS)
      : MAX_WAIT_MS;
    const expectedMs = Math.min(maxMs, MAX_WAIT_MS, Math.max(MIN_WAIT_MS, silentMs / 5, lineMs));
    return Math.round(expectedMs * (0.5 + this.random()));
  }

  private recordOf(endpointId: string): EndpointRecord {
    const known = this.endpoints.get(endpointId);
    if (known) return known;
    if (this.endpoints.size >= MAX_REMEMBERED) this.forgetIdle();
    const fresh = { inFlight: 0, preparing: 0, progressAt: 0, averageMs: null, paceMs: null };
    const endpoint: EndpointRecord = {
      ...fresh,
      failures: 0,
      openUntil: null,
      pauseMs: 0,
      failedDeliveries: new Set(),
      waiting: new Map(),
      waitingDeliveries: 0,
      line: new Set(),
    };
    this.endpoints.set(endpointId, endpoint);
    return endpoint;
  }

  private forgetIdle(): void {
    for (const [id, { inFlight, preparing, openUntil, line }] of this.endpoints) {
      if (inFlight === 0 && preparing === 0 && openUntil === null && line.size === 0)
        this.endpoints.delete(id);
    }
  }
}

function joinLine(endpoint: EndpointRecord, { jobId, size }: Caller): void {
  endpoint.waiting.set(jobId, size);
  endpoint.waitingDeliveries += size;
}

function leaveLine(endpoint: EndpointRecord, { jobId }: Caller): void {
  endpoint.waitingDeliveries -= endpoint.waiting.get(jobId) ?? 0;
  endpoint.waiting.delete(jobId);
}

function* firstOf<T>(all: Iterable<T>, count: number): Iterable<T> {
  let taken = 0;
  for (const one of all) {
    if (taken === count) return;
    taken += 1;
    yield one;
  }
}

function limitOf({ averageMs, failures, openUntil }: EndpointRecord): number {
  if (openUntil !== null) return 1;
  if (failures > 0) return Math.max(1, FIRST_LIMIT - 2 * failures);
  if (averageMs === null) return FIRST_LIMIT;
  return Math.max(FIRST_LIMIT, Math.min(MAX_LIMIT, Math.floor(BUSY_MS / averageMs)));
}

/** Of the hands, how many may be busy with slow endpoints before this one, too, has to wait. */
function shareOf({ averageMs, inFlight, failures }: EndpointRecord): number {
  const isNew = averageMs === null && failures === 0 && inFlight === 0;
  // One that nobody knows yet may show what it can, even while others that hang have used up their half.
  return isNew ? 0.75 : 0.5;
}

function isQuick({ averageMs, failures }: EndpointRecord): boolean {
  return failures === 0 && averageMs !== null && averageMs <= QUICK_MS;
}

function average(before: number | null, value: number, weight: number): number {
  return before === null ? value : before + weight * (value - before);
}

function learn(
  endpoint: EndpointRecord,
  now: number,
  { deliveryId, isSuccess, durationMs }: Exchanged,
): void {
  endpoint.averageMs = average(endpoint.averageMs, durationMs, NEWEST);
  if (isSuccess) {
    endpoint.failures = 0;
    endpoint.failedDeliveries.clear();
    endpoint.openUntil = null;
    return;
  }
  endpoint.failures += 1;
  if (endpoint.failedDeliveries.size < DELIVERIES_TO_OPEN) endpoint.failedDeliveries.add(deliveryId);
  if (endpoint.failures < FAILURES_TO_OPEN || endpoint.failedDeliveries.size < DELIVERIES_TO_OPEN) return;
  endpoint.pauseMs = Math.min(MAX_PAUSE_MS, durationMs * PAUSE_PER_MS);
  endpoint.openUntil = now + endpoint.pauseMs;
}
