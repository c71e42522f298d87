import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { IdempotencyRecord } from './idempotency-record.entity.js';
import { DomainError, ValidationFailedError } from './problem.js';
import { inTurn, inTurnOfKey } from './in-turn.js';
import { Sealer } from './sealing.js';
import { holdUntilCommit } from '../database/transaction-lock.js';

/** Records are kept far longer than any client retries. */
const RETENTION_MS = 30 * 86_400_000;
const MAX_KEY_LENGTH = 255;

export class IdempotencyKeyReusedError extends DomainError {
  readonly code = 'idempotency_key_reused';

  constructor() {
    super('this Idempotency-Key came with another request before; use a new key for a new request');
  }
}

export interface IdempotentRequest {
  merchantId: string;
  /** The header's value; undefined: the work is simply done. */
  key: string | undefined;
  request: { method: string; path: string; body: unknown };
  /** HTTP status of the first answer. */
  status: number;
  /** What the work holds that other requests may want too; left out: nothing. */
  row?: string;
  /** The answer carries a secret: it is stored encrypted. */
  sealed?: boolean;
}

export interface IdempotentAnswer<T> {
  status: number;
  body: T;
  replayed: boolean;
}

/** Answers that are given again, by identity: their header is set where they leave, whichever controller returns them. */
const replayedBodies = new WeakSet<object>();

/** Whether an answer's body is that of an earlier request with the same key. */
export function isReplayed(body: unknown): boolean {
  return typeof body === 'object' && body !== null && replayedBodies.has(body);
}

/** Does a piece of work once per Idempotency-Key, and gives the first answer again after that. */
@Injectable()
export class IdempotencyService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly sealer: Sealer,
  ) {}

  /**
   * Commits the work and the record of its answer in one transaction. Of two calls at the same time one does the
   * work; the other waits for it and returns its answer.
   * @throws IdempotencyKeyReusedError when the key came with another request before; RowBusyError
   */
  async run<T>(
    options: IdempotentRequest,
    work: (manager: EntityManager) => Promise<T>,
  ): Promise<IdempotentAnswer<T>> {
    const { key, row = null } = options;
    if (key === undefined) {
      return { status: options.status, body: await inTurn(this.dataSource, row, work), replayed: false };
    }
    requireUsableKey(key);
    const hash = requestHash(options.request);
    const once = async (manager: EntityManager): Promise<IdempotentAnswer<T>> => {
      await lockKey(manager, options.merchantId, key);
      const first = await manager.findOneBy(IdempotencyRecord, { merchantId: options.merchantId, key });
      if (first) return this.replay<T>(first, hash);
      const body = await work(manager);
      await manager.insert(IdempotencyRecord, { ...this.recordOf(options, body), key, requestHash: hash });
      return { status: options.status, body, replayed: false };
    };
    return inTurnOfKey(this.dataSource, `${options.merchantId} ${key}`, () =>
      inTurn(this.dataSource, row, once),
    );
  }

  @Cron(CronExpression.EVERY_HOUR)
  async forgetOld(): Promise<void> {
    await this.dataSource.manager
      .createQueryBuilder()
      .delete()
      .from(IdempotencyRecord)
      .where(`created_at < now() - :ms * interval '1 ms'`, { ms: RETENTION_MS })
      .execute();
  }

  private recordOf(options: IdempotentRequest, body: unknown) {
    const text = JSON.stringify(body);
    return {
      merchantId: options.merchantId,
      status: options.status,
      sealed: options.sealed ?? false,
      response: options.sealed ? JSON.stringify(this.sealer.seal(text)) : text,
    };
  }

  private replay<T>(first: IdempotencyRecord, hash: Buffer): IdempotentAnswer<T> {
    if (!first.requestHash.equals(hash)) throw new IdempotencyKeyReusedError();
    const text = first.sealed ? this.sealer.open(JSON.parse(first.response)) : first.response;
    const body = JSON.parse(text) as T;
    if (typeof body === 'object' && body !== null) replayedBodies.add(body);
    return { status: first.status, body, replayed: true };
  }
}

/** Waits for a call with the same key to end. Held until this transaction ends, however that is. */
function lockKey(manager: EntityManager, merchantId: string, key: string): Promise<void> {
  return holdUntilCommit(manager, `idempotency:${merchantId}:${key}`);
}

function requireUsableKey(key: string): void {
  if (/^[\x21-\x7e]+$/.test(key) && key.length <= MAX_KEY_LENGTH) return;
  const message = `must be 1 to ${MAX_KEY_LENGTH} visible ASCII characters, such as a UUID`;
  throw new ValidationFailedError([{ field: 'Idempotency-Key', message }]);
}

function requestHash({ method, path, body }: IdempotentRequest['request']): Buffer {
  return createHash('sha256')
    .update(`${method} ${path}\n${canonicalJson(body)}`)
    .digest();
}

/** The same for two bodies that differ only in the order of their keys or in keys left undefined. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
