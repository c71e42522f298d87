/** An endpoint that answered well so far may have as many exchanges at once as keep it busy for this long, ms. */
const BUSY_MS = 4_000;
/** Before anything is known of an endpoint. */
const FIRST_LIMIT = 10;
const MAX_LIMIT = 100;
/** Slower than this on average, ms, it may not use the half of the slots that is kept for quick endpoints. */
const QUICK_MS = 1_000;
/** Failures in a row that open the circuit, if they are of several deliveries: one has its retry schedule. */
const FAILURES_TO_OPEN = 5;
const DELIVERIES_TO_OPEN = 3;
/** A failing endpoint is left alone for ten times as long as its failure took, so that it keeps a slot busy for a tenth of the time. */
const PAUSE_PER_MS = 10;
const MAX_PAUSE_MS = 60_000;
/**
 * And for so long at least, twice as long after each failed try: one that refuses at once costs no slot, but Postgres and
 * this process some ms each time, and ten of them had fast endpoints wait.
 */
export const LEAST_PAUSE = { firstMs: 500, mostMs: 1_000 };
/** Weight of the newest exchange in the average duration. */
const NEWEST = 0.2;
/** And in the pace, because they end in bursts. */
const NEWEST_END = 0.05;

/** Jobs that are remembered as waiting: one that another worker took never comes back here, and waits have an end anyway. */
const MOST_WAITING = 1_000;

/** What one worker has seen of an endpoint. Times in ms. */
export interface EndpointRecord {
  inFlight: number;
  /** Deliveries that may use it and are being prepared. */
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
  /** What a pause lasts at least, from the next one on. */
  leastPauseMs: number;
  /** Jobs that were told to ask later, and how many deliveries each brings: later ones queue behind them. */
  waiting: Map<string, number>;
  waitingDeliveries: number;
  /** Wakes callers that queue for the next exchange to end, first come, first served. */
  line: Set<() => void>;
}

/** A job that asks whether it may send to an endpoint. */
export interface Caller {
  jobId: string;
  /** Deliveries that come with it. */
  size: number;
}

export interface Exchanged {
  deliveryId: string;
  isSuccess: boolean;
  durationMs: number;
}

export function freshRecord(): EndpointRecord {
  return {
    inFlight: 0,
    preparing: 0,
    progressAt: 0,
    averageMs: null,
    paceMs: null,
    failures: 0,
    failedDeliveries: new Set(),
    openUntil: null,
    pauseMs: 0,
    leastPauseMs: LEAST_PAUSE.firstMs,
    waiting: new Map(),
    waitingDeliveries: 0,
    line: new Set(),
  };
}

/** Something is under way with it, or about to be. */
export function isBusy({ inFlight, preparing, line }: EndpointRecord): boolean {
  return inFlight > 0 || preparing > 0 || line.size > 0;
}

/** Nothing is under way with it, and nothing of it has to be kept in mind. */
export function isIdle(endpoint: EndpointRecord): boolean {
  return !isBusy(endpoint) && endpoint.openUntil === null;
}

export function joinLine(endpoint: EndpointRecord, { jobId, size }: Caller): void {
  const [oldest] = endpoint.waiting.size >= MOST_WAITING ? endpoint.waiting : [];
  if (oldest) leaveLine(endpoint, { jobId: oldest[0], size: oldest[1] });
  endpoint.waiting.set(jobId, size);
  endpoint.waitingDeliveries += size;
}

export function leaveLine(endpoint: EndpointRecord, { jobId }: Caller): void {
  endpoint.waitingDeliveries -= endpoint.waiting.get(jobId) ?? 0;
  endpoint.waiting.delete(jobId);
}

/** How many exchanges it may have at once. */
export function limitOf({ averageMs, failures, openUntil }: EndpointRecord): number {
  if (openUntil !== null) return 1;
  if (failures > 0) return Math.max(1, FIRST_LIMIT - 2 * failures);
  if (averageMs === null) return FIRST_LIMIT;
  return Math.max(FIRST_LIMIT, Math.min(MAX_LIMIT, Math.floor(BUSY_MS / averageMs)));
}

/** The share of the slots that may be busy with slow endpoints before this one, too, has to wait. */
export function shareOf({ averageMs, inFlight, failures }: EndpointRecord): number {
  const isNew = averageMs === null && failures === 0 && inFlight === 0;
  // One that nobody knows yet may show what it can, even while others that hang have used up their half.
  return isNew ? 0.75 : 0.5;
}

export function isQuick({ averageMs, failures }: EndpointRecord): boolean {
  return failures === 0 && averageMs !== null && averageMs <= QUICK_MS;
}

function average(before: number | null, value: number, weight: number): number {
  return before === null ? value : before + weight * (value - before);
}

/** Notes that an exchange has ended, before `progressAt` is moved. */
export function learn(
  endpoint: EndpointRecord,
  now: number,
  { deliveryId, isSuccess, durationMs }: Exchanged,
): void {
  endpoint.paceMs = average(endpoint.paceMs, now - endpoint.progressAt, NEWEST_END);
  endpoint.averageMs = average(endpoint.averageMs, durationMs, NEWEST);
  if (isSuccess) {
    endpoint.failures = 0;
    endpoint.failedDeliveries.clear();
    endpoint.openUntil = null;
    endpoint.leastPauseMs = LEAST_PAUSE.firstMs;
    return;
  }
  endpoint.failures += 1;
  if (endpoint.failedDeliveries.size < DELIVERIES_TO_OPEN) endpoint.failedDeliveries.add(deliveryId);
  if (endpoint.failures < FAILURES_TO_OPEN || endpoint.failedDeliveries.size < DELIVERIES_TO_OPEN) return;
  // What was under way when it opened says nothing new.
  if (endpoint.openUntil !== null && now >= endpoint.openUntil)
    endpoint.leastPauseMs = Math.min(LEAST_PAUSE.mostMs, 2 * endpoint.leastPauseMs);
  endpoint.pauseMs = Math.min(MAX_PAUSE_MS, Math.max(endpoint.leastPauseMs, durationMs * PAUSE_PER_MS));
  endpoint.openUntil = now + endpoint.pauseMs;
}
