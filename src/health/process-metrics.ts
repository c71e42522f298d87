import { collectDefaultMetrics, type Metric, register } from 'prom-client';

let measured: readonly Metric[] | null = null;

/**
 * CPU, memory and the like of this process, in the registry as it is now. Measured by timers and observers that nothing
 * ends, so they are made once, however many apps the process starts.
 */
export function measureProcess(): void {
  if (measured) {
    for (const metric of measured) register.registerMetric(metric);
    return;
  }
  collectDefaultMetrics();
  // What is declared of them is less than what they are.
  measured = register.getMetricsAsArray() as unknown as Metric[];
}
