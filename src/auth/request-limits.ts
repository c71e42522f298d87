import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';

/** Seconds a quota is counted over. */
export const WINDOW_SECONDS = 60;
/** A process takes as many at a time as a key may ask in half a second: two queries a second at most for a busy key. */
const LEASES_PER_WINDOW = 120;
/** Keys that are remembered; a forgotten one costs a query. */
const MAX_REMEMBERED = 50_000;

export interface Allowance {
  /** 0: the request may pass; else after how many seconds the next one may. */
  waitSeconds: number;
  /** Requests left, as far as this process knows. */
  remaining: number;
  /** Until all of them are there again, in seconds. */
  fullInSeconds: number;
}

/** What this process has taken of a key's bucket and not spent yet. */
interface Lease {
  left: number;
  /** In the bucket, behind that. */
  tokens: number;
  /** Nothing is left until then, ms since the epoch. */
  emptyUntil: number;
  /** Being taken now. */
  taking: Promise<void> | null;
}

/**
 * A token bucket per key in Postgres, refilled evenly, for all API processes together. Each takes some requests at a
 * time, so that most requests ask nobody; what a process holds and does not use, at most half a second's worth, is the
 * error of the limit.
 */
@Injectable()
export class RequestLimits {
  private readonly leases = new Map<string, Lease>();
  /** Requests in a window; 0: no limit. */
  readonly quota: number;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(SETTINGS) settings: Settings,
  ) {
    this.quota = settings.keyRequestsPerMinute;
  }

  /** @param nowMs ms since the epoch; @returns null where there is no limit */
  async spend(keyId: string, nowMs: number): Promise<Allowance | null> {
    if (this.quota === 0) return null;
    const lease = this.leaseOf(keyId);
    while (lease.left < 1 && lease.emptyUntil <= nowMs) {
      lease.taking ??= this.take(keyId, lease, nowMs).finally(() => (lease.taking = null));
      await lease.taking;
    }
    if (lease.left < 1) return this.allowance(lease, Math.ceil((lease.emptyUntil - nowMs) / 1000));
    lease.left -= 1;
    return this.allowance(lease, 0);
  }

  private leaseOf(keyId: string): Lease {
    const known = this.leases.get(keyId);
    if (known) return known;
    if (this.leases.size >= MAX_REMEMBERED) this.leases.clear();
    const lease: Lease = { left: 0, tokens: this.quota, emptyUntil: 0, taking: null };
    this.leases.set(keyId, lease);
    return lease;
  }

  private allowance({ left, tokens }: Lease, waitSeconds: number): Allowance {
    const remaining = Math.floor(left + Math.max(0, tokens));
    const fullInSeconds = Math.ceil(((this.quota - remaining) * WINDOW_SECONDS) / this.quota);
    return { waitSeconds, remaining, fullInSeconds };
  }

  private async take(keyId: string, lease: Lease, nowMs: number): Promise<void> {
    const wanted = Math.max(1, Math.floor(this.quota / LEASES_PER_WINDOW));
    const [row] = await this.dataSource.query<{ tokens: number; granted: number }[]>(TAKE, [
      keyId,
      this.quota,
      wanted,
      this.quota / WINDOW_SECONDS,
    ]);
    const { tokens = 0, granted = 0 } = row ?? {};
    lease.left += granted;
    lease.tokens = tokens;
    if (granted < 1)
      lease.emptyUntil = nowMs + Math.ceil(((1 - tokens) * 1000 * WINDOW_SECONDS) / this.quota);
  }
}

/** The time is Postgres': clocks of processes differ. Of two at the same time, the later one may have begun earlier. */
const AVAILABLE = `least($2::float8, budget.tokens
  + greatest(0, extract(epoch FROM statement_timestamp() - budget.refilled_at)::float8) * $4::float8)`;
const GRANTED = `floor(least($3::float8, ${AVAILABLE}))`;
const TAKE = `INSERT INTO request_budgets AS budget (key_id, tokens, granted, refilled_at)
  VALUES ($1, $2::float8 - least($2::float8, $3::float8), least($2::float8, $3::float8)::integer, statement_timestamp())
  ON CONFLICT (key_id) DO UPDATE SET tokens = ${AVAILABLE} - ${GRANTED}, granted = ${GRANTED}::integer,
    refilled_at = greatest(budget.refilled_at, statement_timestamp())
  RETURNING tokens, granted`;
