import { NestFactory } from '@nestjs/core';
import { EventCatalogue } from '../events/event-catalogue.js';
import { EventHandlersModule } from '../webhooks/handlers/event-handlers.module.js';
import { webhookHeaders } from '../webhooks/signing/webhook-headers.js';

const TIMEOUT_MS = 10_000;

export interface Triggered {
  event_id: string;
  type: string;
  /** Null: no answer. */
  status: number | null;
  delivered: boolean;
  error: string | null;
}

/**
 * Posts an example of an event as a delivery would come, with no database and no trace.
 * @param secrets none: it is sent unsigned
 * @throws UnknownEventTypeError
 */
export async function triggerWebhook(type: string, url: URL, secrets: readonly string[]): Promise<Triggered> {
  const context = await NestFactory.createApplicationContext(EventHandlersModule, {
    logger: false,
    abortOnError: false,
  });
  try {
    const at = new Date();
    const { id, body } = context.get(EventCatalogue).sample('type', type, at);
    const headers = webhookHeaders(secrets, { id, body, at });
    return { event_id: id, type, ...(await posted(url, headers, body)) };
  } finally {
    await context.close();
  }
}

async function posted(url: URL, headers: Record<string, string>, body: string) {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const { status, ok } = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
    return { status, delivered: ok, error: ok ? null : `answered ${status}` };
  } catch (error) {
    const { message, cause } = error as Error;
    const why = cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : message;
    return { status: null, delivered: false, error: `nothing answered at ${url.origin} (${why})` };
  }
}
