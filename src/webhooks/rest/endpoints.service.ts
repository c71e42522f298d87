import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager, type QueryDeepPartialEntity } from 'typeorm';
import { inTurn } from '../../http/in-turn.js';
import { v7 as uuidv7 } from 'uuid';
import { type AuthenticatedKey, isOperator } from '../../auth/authenticated-key.js';
import { SETTINGS } from '../../config/configuration.module.js';
import { webhookSecretBytes, webhookSecretProblem } from '../../config/secrets.js';
import { type Settings } from '../../config/settings.js';
import { EventCatalogue } from '../../events/event-catalogue.js';
import { type CreatedEndpointBody, type EndpointBody } from './endpoint.body.js';
import { type CreateEndpointDto, type RotateSecretDto, type UpdateEndpointDto } from './endpoint.dto.js';
import { endpointView } from './endpoint.view.js';
import { holdDeliveries } from '../endpoints/endpoint-health.js';
import { EndpointSecrets, isSymmetric } from '../endpoints/endpoint-secrets.js';
import { EndpointsRepository } from './endpoints.repository.js';
import { WebhookClient } from '../http/webhook-client.js';
import { WebhookEndpoint } from '../endpoints/webhook-endpoint.entity.js';
import {
  BuiltInEndpointError,
  EndpointNotFoundError,
  OperatorsEndpointError,
  SecretRefusedError,
  TooManyEndpointsError,
  UrlRefusedError,
} from '../webhook.errors.js';
import { databaseClock } from '../../database/database-clock.js';

const HOUR_MS = 3_600_000;
const DEFAULT_OVERLAP_HOURS = 24;
/** In production; Standard Webhooks asks for as much. */
const MIN_SECRET_BYTES = 24;

/** A merchant's webhook endpoints. */
@Injectable()
export class EndpointsService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly endpoints: EndpointsRepository,
    private readonly secrets: EndpointSecrets,
    private readonly client: WebhookClient,
    private readonly catalogue: EventCatalogue,
  ) {}

  /** @throws UrlRefusedError, UnknownEventTypeError, SecretRefusedError, TooManyEndpointsError */
  async create(
    manager: EntityManager,
    merchantId: string,
    dto: CreateEndpointDto,
  ): Promise<CreatedEndpointBody> {
    this.requireUrl(dto.url);
    this.catalogue.requireTypes('event_types', dto.event_types);
    this.requireSecret(dto.secret);
    const { secret, sealed } = this.secrets.newSecret(dto.secret);
    const endpoint: WebhookEndpoint = {
      id: uuidv7(),
      merchantId,
      url: dto.url,
      eventTypes: dto.event_types,
      description: dto.description ?? null,
      metadata: dto.metadata ?? null,
      secrets: dto.asymmetric ? [sealed, this.secrets.newSigningKey()] : [sealed],
      state: 'enabled',
      reason: null,
      disabledAt: null,
      failingSince: null,
      rateLimit: dto.rate_limit ?? null,
      nextSlotAt: null,
      deletedAt: null,
      createdAt: databaseClock.now(),
    };
    const most = this.settings.webhookEndpointsPerMerchant;
    if ((await this.endpoints.countForUpdate(manager, merchantId)) >= most)
      throw new TooManyEndpointsError(most);
    await manager.insert(WebhookEndpoint, endpoint as QueryDeepPartialEntity<WebhookEndpoint>);
    return { ...endpointView(endpoint, endpoint.createdAt), secret };
  }

  /** @throws EndpointNotFoundError also when it is another merchant's */
  async get(merchantId: string, id: string): Promise<WebhookEndpoint> {
    const endpoint = await this.endpoints.find(merchantId, id);
    if (!endpoint) throw new EndpointNotFoundError(id);
    return endpoint;
  }

  /** @throws EndpointNotFoundError also when it is another merchant's */
  async view(key: AuthenticatedKey, id: string): Promise<EndpointBody> {
    return this.shown(key, await this.get(key.merchantId, id));
  }

  /**
   * An endpoint that the key may have called.
   * @throws EndpointNotFoundError, OperatorsEndpointError
   */
  async getToCall(key: AuthenticatedKey, id: string): Promise<WebhookEndpoint> {
    const endpoint = await this.get(key.merchantId, id);
    if (endpoint.merchantId === null && !isOperator(key)) throw new OperatorsEndpointError();
    return endpoint;
  }

  async list(key: AuthenticatedKey, limit: number, after?: string): Promise<EndpointBody[]> {
    return (await this.endpoints.list(key.merchantId, limit, after)).map((row) => this.shown(key, row));
  }

  /**
   * What is left out stays. Enabling it sends what was kept for it; disabling it keeps what comes.
   * @throws EndpointNotFoundError, BuiltInEndpointError, UrlRefusedError, UnknownEventTypeError
   */
  async update(merchantId: string, id: string, dto: UpdateEndpointDto): Promise<EndpointBody> {
    if (dto.url !== undefined) this.requireUrl(dto.url);
    if (dto.event_types !== undefined) this.catalogue.requireTypes('event_types', dto.event_types);
    return this.change(merchantId, id, async (manager, endpoint) => {
      const changes = { ...fieldsOf(dto), ...stateOf(dto, endpoint), ...this.keysOf(dto, endpoint) };
      await manager.update(WebhookEndpoint, { id }, {
        ...changes,
        id,
      } as QueryDeepPartialEntity<WebhookEndpoint>);
      if (changes.state === 'disabled') await holdDeliveries(manager, [id]);
      return endpointView({ ...endpoint, ...changes }, databaseClock.now());
    });
  }

  /** What it was sent stays on record; what waits for it is cancelled. @throws as `update` */
  async delete(merchantId: string, id: string): Promise<void> {
    await this.change(merchantId, id, async (manager) => {
      await manager.update(
        WebhookEndpoint,
        { id },
        { deletedAt: databaseClock.now(), state: 'disabled', secrets: [] },
      );
      await manager.query(
        // By id, as everybody takes several.
        `WITH held AS MATERIALIZED (
           SELECT id FROM webhook_deliveries WHERE endpoint_id = $1 AND state = 'pending'
           ORDER BY id FOR NO KEY UPDATE)
         UPDATE webhook_deliveries d SET state = 'cancelled', next_attempt_at = NULL, finished_at = now()
         FROM held WHERE d.id = held.id`,
        [id],
      );
    });
  }

  /**
   * Gives the endpoint a new secret, and a new key pair where it has one; the old ones sign too until the overlap ends.
   * @throws as `update`, and SecretRefusedError
   */
  async rotateSecret(
    manager: EntityManager,
    merchantId: string,
    id: string,
    { secret: given, overlap_hours = DEFAULT_OVERLAP_HOURS }: RotateSecretDto,
  ): Promise<CreatedEndpointBody> {
    this.requireSecret(given);
    const endpoint = await this.findOwn(manager, merchantId, id);
    const now = databaseClock.now();
    const overlapMs = overlap_hours * HOUR_MS;
    const { secret, secrets } = this.secrets.rotated(endpoint.secrets, { overlapMs, given, now });
    await manager.update(WebhookEndpoint, { id }, { secrets });
    return { ...endpointView({ ...endpoint, secrets }, now), secret };
  }

  /** The operator sees WEBHOOK_URL, less what is a password in it; merchants see what is stored, its origin. */
  private shown(key: AuthenticatedKey, endpoint: WebhookEndpoint): EndpointBody {
    const isWhole = endpoint.merchantId === null && isOperator(key);
    const url = isWhole ? withoutCredentials(this.secrets.urlOf(endpoint)) : endpoint.url;
    return endpointView(endpoint, databaseClock.now(), url);
  }

  private change<T>(
    merchantId: string,
    id: string,
    work: (manager: EntityManager, endpoint: WebhookEndpoint) => Promise<T>,
  ): Promise<T> {
    return inTurn(this.dataSource, id, async (manager) =>
      work(manager, await this.findOwn(manager, merchantId, id)),
    );
  }

  private async findOwn(manager: EntityManager, merchantId: string, id: string): Promise<WebhookEndpoint> {
    const endpoint = await this.endpoints.findForUpdate(manager, merchantId, id);
    if (!endpoint) throw new EndpointNotFoundError(id);
    if (endpoint.merchantId === null) throw new BuiltInEndpointError();
    return endpoint;
  }

  private keysOf({ asymmetric }: UpdateEndpointDto, { secrets }: WebhookEndpoint) {
    const symmetric = secrets.filter(isSymmetric);
    const hasKeys = symmetric.length < secrets.length;
    if (asymmetric === undefined || asymmetric === hasKeys) return {};
    return { secrets: asymmetric ? [...secrets, this.secrets.newSigningKey()] : symmetric };
  }

  private requireUrl(url: string): void {
    if (!URL.canParse(url))
      throw new UrlRefusedError('must be a URL that can be called, as in https://shop.example/webhooks');
    const { username, password } = new URL(url);
    if (username !== '' || password !== '') {
      throw new UrlRefusedError('must not hold a name or password; the signature tells who sends');
    }
    try {
      this.client.requireAllowed(url);
    } catch (error) {
      throw new UrlRefusedError((error as Error).message);
    }
  }

  private requireSecret(secret: string | undefined): void {
    if (secret === undefined) return;
    const problem = webhookSecretProblem(secret);
    if (problem !== null) throw new SecretRefusedError(problem);
    if (this.settings.nodeEnv !== 'production' || webhookSecretBytes(secret) >= MIN_SECRET_BYTES) return;
    throw new SecretRefusedError(
      `must have at least ${MIN_SECRET_BYTES} bytes in production; leave it out and one is made`,
    );
  }
}

function withoutCredentials(text: string): string {
  const url = new URL(text);
  if (url.username === '' && url.password === '') return text;
  return Object.assign(url, { username: '', password: '' }).href;
}

function fieldsOf(dto: UpdateEndpointDto): Partial<WebhookEndpoint> {
  return {
    ...(dto.url === undefined ? {} : { url: dto.url }),
    ...(dto.event_types === undefined ? {} : { eventTypes: dto.event_types }),
    ...(dto.description === undefined ? {} : { description: dto.description }),
    ...(dto.metadata === undefined ? {} : { metadata: dto.metadata }),
    ...(dto.rate_limit === undefined ? {} : { rateLimit: dto.rate_limit, nextSlotAt: null }),
  };
}

function stateOf(dto: UpdateEndpointDto, endpoint: WebhookEndpoint): Partial<WebhookEndpoint> {
  const state = dto.status ?? dto.state;
  if (state === undefined || state === endpoint.state) return {};
  return state === 'enabled'
    ? { state, reason: null, disabledAt: null, failingSince: null }
    : { state, reason: 'disabled by API', disabledAt: databaseClock.now() };
}
