import { type Storable, storableLines } from '../../database/storable.js';
import { type AttemptOutcome } from './attempt-records.js';
import { delayAfter, retryAfterMs } from './retry.js';
import { type WebhookAnswer } from '../http/webhook-client.js';

/** 410: the consumer says that the endpoint is gone for good. */
const GONE = 410;
/** Characters of a response that are kept. */
const MOST_RESPONSE = 1024;
/** Too many requests, and unavailable: both may say when to retry. */
const OVERLOADED = [429, 503];

export interface AttemptContext {
  /** Waiting times between attempts, ms. */
  scheduleMs: readonly number[];
  /** Made since the event or its last replay, this one included. */
  attempts: number;
  durationMs: number;
  /** ms since the epoch. */
  now: number;
  /** From 0 to 1. */
  random: number;
}

/** What becomes of a delivery after an answer, or none. */
export function outcomeOf(answer: WebhookAnswer, context: AttemptContext): AttemptOutcome {
  const status = answer.kind === 'answered' ? answer.status : null;
  const isDelivered = status !== null && status >= 200 && status < 300;
  const isGone = status === GONE;
  const delayMs = isDelivered || isGone ? undefined : delayFor(answer, context);
  return {
    state: isDelivered ? 'delivered' : delayMs === undefined ? 'dead' : 'pending',
    nextInMs: delayMs ?? null,
    disableFor: isGone ? 'it answered 410 Gone' : null,
    attempt: {
      durationMs: context.durationMs,
      status,
      error: isDelivered ? null : whyFailed(answer),
      response: responseOf(answer),
      ...answer.timing,
    },
  };
}

function delayFor(
  answer: WebhookAnswer,
  { scheduleMs, attempts, random, now }: AttemptContext,
): number | undefined {
  const delayMs = delayAfter(scheduleMs, attempts, random);
  if (delayMs === undefined || answer.kind === 'failed' || !OVERLOADED.includes(answer.status))
    return delayMs;
  return Math.max(delayMs, retryAfterMs(answer.retryAfter, now) ?? 0);
}

/** What an endpoint said, for people to read; null when it said nothing. */
export function responseOf(answer: WebhookAnswer): Storable | null {
  return answer.kind === 'answered' ? storableLines(answer.response, MOST_RESPONSE) : null;
}

/** In words for the attempt log; null for a success. */
export function whyFailed(answer: WebhookAnswer): string | null {
  if (answer.kind === 'failed') return answer.error;
  if (answer.status >= 200 && answer.status < 300) return null;
  if (answer.status >= 300 && answer.status < 400)
    return `answered ${answer.status}: redirects are not followed`;
  return `answered ${answer.status}`;
}
