import { type EntityManager } from 'typeorm';
import { type WebhookEndpoint } from './webhook-endpoint.entity.js';

/** An endpoint from which nothing but failures came for this long is disabled. */
const FAILING_MAX_DAYS = 5;
const DAY_MS = 86_400_000;

export interface HealthChange {
  endpointId: string;
  kind: 'failing' | 'recovered' | 'disable';
  /** Why it is to be disabled. */
  reason: string;
}

/** What was attempted. */
interface Tried {
  endpoint: Pick<WebhookEndpoint, 'id' | 'failingSince'>;
}

/** What came of the attempt. */
interface Told {
  /** Of the delivery. */
  state: string;
  /** Why the endpoint is to be disabled; null: it is not. */
  disableFor: string | null;
}

/**
 * What attempts tell about the health of their endpoints. Only what changes something: an endpoint's row is shared by
 * all of its deliveries. In order of the ids, so that two transactions never wait for each other's rows.
 * @param now ms since the epoch
 * @param stoodStillSince how much of the time since then nobody could be asked in, ms: that is nobody's failure
 */
export function healthChanges(
  all: readonly [Tried, Told, ...unknown[]][],
  now: number,
  stoodStillSince: (sinceMs: number) => number = () => 0,
): HealthChange[] {
  const changes = new Map<string, HealthChange>();
  const gone = new Map<string, HealthChange>();
  for (const [{ endpoint }, { state, disableFor }] of all) {
    const { id: endpointId, failingSince } = endpoint;
    const since = failingSince?.getTime() ?? now;
    const failingMs = now - since - stoodStillSince(since);
    const known = changes.get(endpointId)?.kind;
    if (disableFor !== null) gone.set(endpointId, { endpointId, kind: 'disable', reason: disableFor });
    if (state === 'delivered') {
      if (failingSince !== null) changes.set(endpointId, { endpointId, kind: 'recovered', reason: '' });
    } else if (known === 'recovered') continue;
    else if (failingSince === null) changes.set(endpointId, { endpointId, kind: 'failing', reason: '' });
    else if (failingMs > FAILING_MAX_DAYS * DAY_MS) {
      const reason = `every attempt has failed for ${FAILING_MAX_DAYS} days`;
      changes.set(endpointId, { endpointId, kind: 'disable', reason });
    }
  }
  return [...new Map([...changes, ...gone]).values()].sort((a, b) => (a.endpointId < b.endpointId ? -1 : 1));
}

/** @returns those that were disabled by this call, and not before */
export async function applyHealth(manager: EntityManager, changes: HealthChange[]): Promise<HealthChange[]> {
  const disabled: HealthChange[] = [];
  for (const change of changes) {
    const parameters = change.kind === 'disable' ? [change.endpointId, change.reason] : [change.endpointId];
    const [, affected] = await manager.query<[unknown, number]>(APPLY[change.kind], parameters);
    if (change.kind === 'disable' && affected > 0) disabled.push(change);
  }
  return disabled;
}

const APPLY = {
  failing: 'UPDATE webhook_endpoints SET failing_since = now() WHERE id = $1 AND failing_since IS NULL',
  recovered: 'UPDATE webhook_endpoints SET failing_since = NULL WHERE id = $1',
  disable: `UPDATE webhook_endpoints SET state = 'disabled', reason = $2, disabled_at = now()
            WHERE id = $1 AND state = 'enabled'`,
} satisfies Record<HealthChange['kind'], string>;

/**
 * Takes what waits for disabled endpoints out of the order of the day: nobody looks for it until the endpoint is
 * enabled again. What an attempt holds at this moment is left to that attempt.
 */
export async function holdDeliveries(manager: EntityManager, endpointIds: string[]): Promise<void> {
  if (endpointIds.length === 0) return;
  await manager.query(
    `UPDATE webhook_deliveries SET next_attempt_at = NULL, has_slot = false WHERE id IN (
       SELECT id FROM webhook_deliveries WHERE endpoint_id = ANY($1) AND state = 'pending'
       FOR NO KEY UPDATE SKIP LOCKED)`,
    [endpointIds],
  );
}
