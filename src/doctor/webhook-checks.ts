import { DataSource, IsNull, Not } from 'typeorm';
import { dataSourceOptions } from '../database/data-source.js';
import { pendingMigrations } from '../database/migrate.js';
import { OutboundHttp } from '../outbound-http/outbound-http.js';
import { WebhookEndpoint } from '../webhooks/endpoints/webhook-endpoint.entity.js';
import { type Finding, ok, skipped, warning } from './finding.js';
import { type Subject } from './subject.js';

const PART = 'webhooks';
const TIMEOUT_MS = 8_000;
const MOST_ENDPOINTS = 50;

/**
 * Whether receivers can be reached, as deliveries would: same rules, proxy and certificates. Asked by GET, which says
 * nothing to a receiver of webhooks: whatever it answers, it is there.
 * @param url of the database; null: it is out of reach, and its endpoints are not known
 */
export async function webhookFindings(url: string | null, { settings }: Subject): Promise<Finding[]> {
  const http = new OutboundHttp(settings, { who: 'webhooks', timeoutMs: TIMEOUT_MS, keptBytes: 1 });
  try {
    const targets = [...builtIn(settings.webhookUrl), ...(url === null ? [] : await registered(url))];
    const found = await Promise.all(targets.map((target) => reach(http, target)));
    if (url === null) found.push(skipped(PART, 'the database is out of reach: its endpoints are not known'));
    return found.length > 0 ? found : [ok(PART, 'no endpoint is enabled yet')];
  } finally {
    http.close();
  }
}

interface Target {
  name: string;
  url: string;
}

function builtIn(url: string | null): Target[] {
  return url === null ? [] : [{ name: 'WEBHOOK_URL', url }];
}

async function registered(url: string): Promise<Target[]> {
  if ((await pendingMigrations(url)).length > 0) return [];
  const dataSource = await new DataSource(dataSourceOptions(url, 1)).initialize();
  try {
    const endpoints = await dataSource.manager.find(WebhookEndpoint, {
      where: { state: 'enabled', deletedAt: IsNull(), merchantId: Not(IsNull()) },
      order: { id: 'DESC' },
      take: MOST_ENDPOINTS,
    });
    return endpoints.map((endpoint) => ({ name: `endpoint ${endpoint.id}`, url: endpoint.url }));
  } finally {
    await dataSource.destroy();
  }
}

async function reach(http: OutboundHttp, { name, url }: Target): Promise<Finding> {
  // Paths may be secrets, as of chat services' hooks.
  const { origin } = new URL(url);
  const answer = await http.request({ method: 'GET', url, headers: {} });
  if (answer.kind === 'answered')
    return ok(PART, `${name} (${origin}) answers (HTTP ${answer.status} to GET)`);
  return warning(
    PART,
    `${name} (${origin}) cannot be reached: ${answer.error}`,
    'fix its URL, certificate or firewall; deliveries are tried again meanwhile, as the retry schedule says',
  );
}
