import { Gauge } from 'prom-client';

/** By name: a process that makes a new app makes its gauges again. */
const gauges = new Map<string, Gauge<'chain'>>();

/**
 * A gauge that is told by whichever process holds a chain. One that does not hold it any more must not go on telling
 * what it knew last: an alert would never end.
 */
export function holderGauge(name: string, help: string): Gauge<'chain'> {
  const gauge = new Gauge({ name, help, labelNames: ['chain'] });
  gauges.set(name, gauge);
  return gauge;
}

/** This process holds the chain no more. @param prefix of the gauges that were about holding it */
export function forgetHeld(prefix: string, chain: string): void {
  for (const [name, gauge] of gauges) if (name.startsWith(prefix)) gauge.remove({ chain });
}
