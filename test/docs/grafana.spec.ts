import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { register } from 'prom-client';
import { type DataSource } from 'typeorm';
import { LedgerCheckMetrics } from '../../src/ledger-check/ledger-check-metrics.js';
import { LedgerMetrics } from '../../src/ledger/ledger-metrics.js';
import { LoopMetrics } from '../../src/outgoing/loop-metrics.js';
import { OutgoingMetrics } from '../../src/outgoing/outgoing-metrics.js';
import { TankMetrics } from '../../src/outgoing/tank-metrics.js';
import { SweepBacklogMetrics } from '../../src/sweeper/sweep-backlog-metrics.js';
import { SweeperMetrics } from '../../src/sweeper/sweeper-metrics.js';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const namesIn = (text: string) => new Set(text.match(/quittance_webhook_[a-z_]+/g));

describe('docs/grafana-webhooks.json', () => {
  it('asks for every metric of webhooks, and for none that is not there', () => {
    const sources = readdirSync(join(ROOT, 'src/webhooks/delivery')).filter((file) =>
      file.includes('metrics'),
    );
    const defined = namesIn(sources.map((file) => read(`src/webhooks/delivery/${file}`)).join());
    const asked = [...namesIn(read('docs/grafana-webhooks.json'))].map((name) =>
      name.replace(/_bucket$/, ''),
    );
    expect(new Set(asked)).toEqual(defined);
    expect(namesIn(read('docs/webhooks.md'))).toEqual(defined);
  });
});

describe('docs/grafana-money.json', () => {
  it('asks for every metric of money, and for none that is not there', () => {
    register.clear();
    for (const metrics of [new LoopMetrics(), new OutgoingMetrics(), new TankMetrics(), new SweeperMetrics()])
      metrics.onModuleInit();
    const dataSource = {} as DataSource;
    new LedgerMetrics(dataSource, []).onModuleInit();
    new LedgerCheckMetrics(dataSource, []).onModuleInit();
    new SweepBacklogMetrics(dataSource, []).onModuleInit();
    const defined = register.getMetricsAsArray().map(({ name }) => name);
    register.clear();
    expect(new Set(read('docs/grafana-money.json').match(/quittance_[a-z_]+/g))).toEqual(new Set(defined));
  });
});
