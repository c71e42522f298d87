import { expect, it } from '@jest/globals';
import { register } from 'prom-client';
import { measureProcess } from './process-metrics.js';

it('is measured once, and told by each app that a process starts', () => {
  const [first, second] = [1, 2].map(() => {
    register.clear();
    measureProcess();
    return register.getSingleMetric('process_cpu_seconds_total');
  });
  expect(first).toBeDefined();
  expect(second).toBe(first);
  expect(register.getSingleMetric('nodejs_gc_duration_seconds')).toBeDefined();
});
