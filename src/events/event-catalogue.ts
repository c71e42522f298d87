import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, Reflector } from '@nestjs/core';
import { Ajv, type ValidateFunction } from 'ajv';
import { v7 as uuidv7 } from 'uuid';
import { API_VERSION } from './api-version.js';
import { subscribes } from './event-filter.js';
import { EventBodyInvalidError, UnknownEventTypeError } from './event.errors.js';
import { EVENT_TYPE, type EventDescriber, type EventSubject } from './event-handler.js';
import { eventSchema, type JsonSchema } from './event.schema.js';

/** When the events of the examples happened. */
const EXAMPLE_TIME = new Date('2026-11-23T10:03:00.000Z');

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
  /** JSON Schema of a webhook's body. */
  schema: JsonSchema;
  /** A webhook's body. */
  example: Record<string, unknown>;
}

/** Its optimizer takes longer than all that it saves on bodies of a few kilobytes. */
const ajv = new Ajv({ allErrors: true, code: { optimize: false } });
/**
 * Compiled at the first event and once a process, what is around `data` for all types together: each type's at each
 * start would be 0.2 s of CPU, for every command of the command line too.
 */
const compiled = new WeakMap<JsonSchema, ValidateFunction>();
const ENVELOPE = eventSchema(null, {});

/** Schemas of `data` that were found to be sound: once a process, too. */
const sound = new WeakSet<JsonSchema>();

/** Every event type there is, from the classes marked with `@EventHandler`. */
@Injectable()
export class EventCatalogue implements OnModuleInit {
  private readonly handlers = new Map<string, EventDescriber>();

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly reflector: Reflector,
  ) {}

  onModuleInit(): void {
    this.load();
  }

  private load(): void {
    for (const { metatype, instance } of this.discovery.getProviders()) {
      if (!metatype) continue;
      const type = this.reflector.get<string | undefined>(EVENT_TYPE, metatype);
      if (type === undefined) continue;
      if (this.handlers.has(type) && this.handlers.get(type) !== instance) {
        throw new Error(`two classes are marked @EventHandler('${type}'); one type has one handler`);
      }
      this.handlers.set(type, instance as EventDescriber);
    }
    // A handler with a broken schema is found now, and not by its first event.
    for (const [type, { dataSchema }] of this.handlers) {
      if (sound.has(dataSchema)) continue;
      void ajv.validateSchema(eventSchema(type, dataSchema), true);
      sound.add(dataSchema);
    }
  }

  /** Every event type, with a webhook as it would be sent. */
  describe(): EventDescription[] {
    return [...this.handlers].map(([type, handler]) => {
      const { description, dataSchema } = handler;
      const { body } = this.compose(type, exampleOf(handler), EXAMPLE_TIME);
      const schema = eventSchema(type, dataSchema);
      return { type, description, schema, example: JSON.parse(body) as Record<string, unknown> };
    });
  }

  types(): string[] {
    return [...this.handlers.keys()].sort();
  }

  /**
   * @param field where a merchant wrote them, for the message
   * @param wanted event types, with `*` as a wildcard
   * @throws UnknownEventTypeError when one of them can never match
   */
  requireTypes(field: string, wanted: readonly string[]): void {
    // Others are started before it, and may ask already.
    if (this.handlers.size === 0) this.load();
    const types = this.types();
    const unknown = wanted.find((one) => !types.some((type) => subscribes([one], type)));
    if (unknown !== undefined) throw new UnknownEventTypeError(field, unknown);
  }

  /** A webhook of a type as it would be sent, of an example payment. @throws UnknownEventTypeError */
  sample(field: string, type: string, at: Date): ComposedEvent {
    const handler = this.handlers.get(type);
    if (!handler) throw new UnknownEventTypeError(field, type);
    return this.compose(type, exampleOf(handler), at);
  }

  /**
   * @param at when it happened; `timestamp` of the body
   * @throws EventBodyInvalidError before anything is written: what was promised to consumers is kept
   */
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
      api_version: API_VERSION,
      data: handler.data(subject),
    };
    requireValid(type, handler.dataSchema, body);
    return { id: `evt_${uuidv7()}`, type, body: JSON.stringify(body) };
  }
}

function requireValid(type: string, dataSchema: JsonSchema, body: { data: unknown }): void {
  for (const [schema, part, dataVar] of [
    [ENVELOPE, body, 'data'],
    [dataSchema, body.data, 'data/data'],
  ] as const) {
    const isValid = validator(schema);
    if (!isValid(part)) throw new EventBodyInvalidError(type, ajv.errorsText(isValid.errors, { dataVar }));
  }
}

function validator(schema: JsonSchema): ValidateFunction {
  const known = compiled.get(schema) ?? ajv.compile(schema);
  compiled.set(schema, known);
  return known;
}

function exampleOf({ example, exampleDeposit, exampleExtra }: EventDescriber): EventSubject {
  return {
    payment: example,
    ...(exampleDeposit === undefined ? {} : { deposit: exampleDeposit }),
    ...(exampleExtra === undefined ? {} : { extra: exampleExtra }),
  };
}
