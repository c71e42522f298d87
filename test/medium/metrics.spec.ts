import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { TestApp } from '../harness/app.js';
import { hasPromtool, promtool } from '../harness/metrics.js';

const DOCS = join(import.meta.dirname, '../../docs');
const read = (file: string) => readFileSync(join(DOCS, file), 'utf8');
const NAME = /\bquittance_[a-z_]+\b/g;
/** A histogram's series are its own; databases are no metrics. */
const namesIn = (text: string) =>
  new Set(
    [...text.replace(/\b(createdb |postgres:)\S+/g, '').matchAll(NAME)].map(([name]) =>
      name.replace(/_(bucket|count|sum)$/, ''),
    ),
  );

/** The second has courses of events that take days, looked at twice an hour. */
const RULE_TESTS = ['alerts.test.yml', 'alerts.days.test.yml'];

interface Rule {
  alert: string;
  annotations: { runbook_url: string };
}
interface RuleTest {
  alert_rule_test: { alertname: string; exp_alerts: unknown[] }[];
}
const rules = (parse(read('alerts.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);
const names = rules.map(({ alert }) => alert);

let app: TestApp;
let text: string;
let defined: Set<string>;
beforeAll(async () => {
  app = await TestApp.start();
  text = await (await fetch(`${app.url}/metrics`)).text();
  defined = new Set([...text.matchAll(/^# HELP (quittance_\w+)/gm)].map(([, name]) => name as string));
});
afterAll(() => app?.stop());

describe('the metrics of a process with every role', () => {
  it('are those that docs/metrics.md describes, and no others', () => {
    // Only where there is a folder of ours is there a disk to watch.
    const described = namesIn(read('metrics.md'));
    described.delete('quittance_data_dir_free_bytes');
    defined.delete('quittance_data_dir_free_bytes');
    expect([...described].sort()).toEqual([...defined].sort());
    defined.add('quittance_data_dir_free_bytes');
  });

  it('are all that dashboards, alerts and their tests, and the other pages ask for', () => {
    const pages = readdirSync(DOCS).filter((file) => /\.(json|yml|md)$/.test(file));
    expect(pages.filter((page) => page.startsWith('grafana-')).length).toBeGreaterThanOrEqual(6);
    for (const page of pages) {
      const unknown = [...namesIn(read(page))].filter((name) => !defined.has(name));
      expect({ page, unknown }).toEqual({ page, unknown: [] });
    }
  });

  it('are all drawn on a dashboard', () => {
    const dashboards = readdirSync(DOCS).filter((file) => file.startsWith('grafana-'));
    const drawn = new Set(dashboards.flatMap((file) => [...namesIn(read(file))]));
    expect([...defined].filter((name) => !drawn.has(name))).toEqual([]);
  });
});

describe('docs/alerts.yml', () => {
  it('names a page of the runbooks for each alert, and there is none too many', () => {
    const pages = [...read('runbooks.md').matchAll(/^## (Quittance\w+)$/gm)].map(
      ([, heading]) => heading as string,
    );
    expect([...pages].sort()).toEqual([...names].sort());
    for (const { alert, annotations } of rules)
      expect(annotations.runbook_url).toBe(`docs/runbooks.md#${alert.toLowerCase()}`);
  });

  it('has a course of events in its tests in which each alert fires, and one in which it does not', () => {
    const tests = RULE_TESTS.flatMap((file) => (parse(read(file)) as { tests: RuleTest[] }).tests);
    const checks = tests.flatMap((test) => test.alert_rule_test);
    const firing = checks.filter(({ exp_alerts }) => exp_alerts.length > 0).map(({ alertname }) => alertname);
    expect([...new Set(firing)].sort()).toEqual([...names].sort());
  });
});

(hasPromtool() ? describe : describe.skip)('promtool (skipped where it is not installed)', () => {
  it('finds nothing to complain of in our metrics', async () => {
    const ours = text
      .split('\n')
      .filter((line) => /^(# (HELP|TYPE) )?quittance_/.test(line))
      .join('\n');
    expect(await promtool(['check', 'metrics'], `${ours}\n`)).toEqual({ status: 0, output: '' });
  });

  it('finds the alert rules right', async () => {
    expect(await promtool(['check', 'rules', join(DOCS, 'alerts.yml')])).toMatchObject({ status: 0 });
  });
});
