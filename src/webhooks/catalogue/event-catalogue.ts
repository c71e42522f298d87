import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, Reflector } from '@nestjs/core';
import { v7 as uuidv7 } from 'uuid';
import { EVENT_TYPE, type EventDescriber, type EventSubject } from './event-handler.js';
import { EXAMPLE_TIME } from './example-payment.js';

export interface ComposedEvent {
  /** `evt_` + UUIDv7: the webhook-id. */
  id: string;
  type: string;
  /** The webhook's JSON, serialised once: what is signed and sent, in every attempt. */
  body: string;
}

export interface EventDescription {
  type: string;
  /** When it is sent, and what to do about it. */
  description: string;
  /** A webhook's body. */
  example: Record<string, unknown>;
}

/** Every event type there is, from the classes marked with `@EventHandler`. */
@Injectable()
export class EventCatalogue implements OnModuleInit {
  private readonly handlers = new Map<string, EventDescriber>();

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly reflector: Reflector,
  ) {}

  onModuleInit(): void {
    for (const { metatype, instance } of this.discovery.getProviders()) {
      if (!metatype) continue;
      const type = this.reflector.get<string | undefined>(EVENT_TYPE, metatype);
      if (type === undefined) continue;
      if (this.handlers.has(type) && this.handlers.get(type) !== instance) {
        throw new Error(`two classes are marked @EventHandler('${type}'); one type has one handler`);
      }
      this.handlers.set(type, instance as EventDescriber);
    }
  }

  /** Every event type, with a webhook as it would be sent. */
  describe(): EventDescription[] {
    return [...this.handlers].map(([type, { description, example }]) => {
      const { body } = this.compose(type, { payment: example }, EXAMPLE_TIME);
      return { type, description, example: JSON.parse(body) as Record<string, unknown> };
    });
  }

  /** @param at when it happened; `timestamp` of the body */
  compose(type: string, subject: EventSubject, at: Date): ComposedEvent {
    const handler = this.handlers.get(type);
    if (!handler) throw new Error(`no class is marked @EventHandler('${type}')`);
    const { payment } = subject;
    const body = {
      type,
      timestamp: at.toISOString(),
      payment_id: payment.id,
      status: payment.status,
      address: payment.address,
      amount: payment.amount,
      chain: payment.chain,
      token_id: payment.token_id,
      data: handler.data(subject),
    };
    return { id: `evt_${uuidv7()}`, type, body: JSON.stringify(body) };
  }
}
