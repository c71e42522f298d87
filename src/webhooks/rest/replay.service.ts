import { Injectable } from '@nestjs/common';
import { type AuthenticatedKey, isOperator } from '../../auth/authenticated-key.js';
import { EventCatalogue } from '../../events/event-catalogue.js';
import { type ReplayDeliveriesDto } from './delivery.dto.js';
import { type ReplayedBody, type TestResultBody } from './endpoint.body.js';
import { type ReplayDto } from './endpoint.dto.js';
import { EndpointsService } from './endpoints.service.js';
import { subscribes } from '../../events/event-filter.js';
import { BUILT_IN_ENDPOINT_ID } from '../endpoints/built-in-endpoint.js';
import { OperatorsEndpointError } from '../webhook.errors.js';
import { responseOf, whyFailed } from '../delivery/outcome.js';
import { type Replayed, type ReplayedDelivery, ReplayRepository } from './replay.repository.js';
import { jobsOf } from '../delivery/webhook-job.js';
import { WebhookQueue } from '../delivery/webhook-queue.js';
import { WebhookSender } from '../delivery/webhook-sender.js';
import { databaseClock } from '../../database/database-clock.js';
import { steadyMs } from '../../process/steady-time.js';

/** Sends again, or for a try, at a merchant's request. */
@Injectable()
export class ReplayService {
  constructor(
    private readonly replays: ReplayRepository,
    private readonly endpoints: EndpointsService,
    private readonly catalogue: EventCatalogue,
    private readonly sender: WebhookSender,
    private readonly queue: WebhookQueue,
  ) {}

  /**
   * @returns whether there was such a delivery to an endpoint that is still there
   * @throws OperatorsEndpointError
   */
  async one(key: AuthenticatedKey, delivery: { id: string; endpoint_id: string }): Promise<boolean> {
    requireOperatorsKey(key, delivery.endpoint_id);
    const replayed = await this.replays.one(key.merchantId, delivery.id);
    if (replayed) await this.bring([replayed]);
    return replayed !== null;
  }

  /** @throws OperatorsEndpointError; without an endpoint's id, what went to the operator's is left out */
  async matching(key: AuthenticatedKey, dto: ReplayDeliveriesDto): Promise<ReplayedBody> {
    const { endpoint_id: endpointId, event_id: eventId, event_type: eventType, since } = dto;
    // One of the two is there, as the request was checked.
    const state = (dto.status ?? dto.state) as 'dead' | 'delivered';
    requireOperatorsKey(key, endpointId);
    const except = isOperator(key) ? null : BUILT_IN_ENDPOINT_ID;
    const filter = { endpointId, eventId, eventType, state, except };
    const from = since === undefined ? null : new Date(since);
    return this.all(this.replays.matching(key.merchantId, filter, from));
  }

  /** @throws EndpointNotFoundError, OperatorsEndpointError, UnknownEventTypeError */
  async since(key: AuthenticatedKey, endpointId: string, dto: ReplayDto): Promise<ReplayedBody> {
    const { eventTypes } = await this.endpoints.getToCall(key, endpointId);
    if (dto.event_types !== undefined) this.catalogue.requireTypes('event_types', dto.event_types);
    const wanted = dto.event_types ?? ['*'];
    const types = this.catalogue
      .types()
      .filter((type) => subscribes(eventTypes, type) && subscribes(wanted, type));
    const undelivered = ['pending', 'dead', 'cancelled'];
    return this.all(
      this.replays.since(key.merchantId, endpointId, {
        since: new Date(dto.since),
        until: dto.until === undefined ? null : new Date(dto.until),
        types,
        states: dto.which === 'all' ? [...undelivered, 'delivered'] : undelivered,
      }),
    );
  }

  /**
   * Sends a signed sample now, and tells what the endpoint answered. It leaves no trace in the log, and is sent to a
   * disabled endpoint too: that is when one wants to try.
   * @throws EndpointNotFoundError, OperatorsEndpointError, UnknownEventTypeError
   */
  async test(key: AuthenticatedKey, endpointId: string, type: string): Promise<TestResultBody> {
    const endpoint = await this.endpoints.getToCall(key, endpointId);
    const beganMs = steadyMs();
    const { id, body } = this.catalogue.sample('event_type', type, databaseClock.now());
    // By the host's clock, as an attempt at a delivery: else a test succeeds where deliveries are too old, or fails alone.
    const signed = this.sender.sign(endpoint, { id, body, at: new Date() });
    const answer = await this.sender.post(signed);
    const status = answer.kind === 'answered' ? answer.status : null;
    const error = whyFailed(answer);
    const response = responseOf(answer);
    const durationMs = Math.round(steadyMs() - beganMs);
    return { event_id: id, status, delivered: error === null, error, response, duration_ms: durationMs };
  }

  private async all(work: Promise<Replayed>): Promise<ReplayedBody> {
    const { deliveries, nextSince } = await work;
    await this.bring(deliveries);
    return { replayed: deliveries.length, next_since: nextSince?.toISOString() ?? null };
  }

  private async bring(replayed: ReplayedDelivery[]): Promise<void> {
    await this.queue.add(jobsOf(replayed.filter(({ isHeld }) => !isHeld)));
  }
}

/** @throws OperatorsEndpointError */
function requireOperatorsKey(key: AuthenticatedKey, endpointId: string | undefined): void {
  if (endpointId === BUILT_IN_ENDPOINT_ID && !isOperator(key)) throw new OperatorsEndpointError();
}
