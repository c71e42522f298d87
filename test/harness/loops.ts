import { type Ticker } from '../../src/process/ticker.js';
import { type DispatchRepository } from '../../src/webhooks/delivery/dispatch.repository.js';

/** What tests do with the loops of an app that they have started. */

export function afterEachStep(ticker: Ticker, tell: () => void): void {
  const hooked = ticker as unknown as { task: () => Promise<boolean> };
  const { task } = hooked;
  hooked.task = () => task().finally(tell);
}

/** Runs a ticker no more often than that. What wakes it is not held up: `runAgain` says that it is wanted. */
export function lookSeldom(ticker: Ticker, everyMs: number): void {
  const run = ticker.run.bind(ticker);
  let lookedAtMs = performance.now();
  ticker.run = () => {
    if (!ticker['isWanted'] && performance.now() - lookedAtMs < everyMs) return;
    lookedAtMs = performance.now();
    run();
  };
}

/** Most of the times that it looks there is nothing to dispatch. */
export function afterEachDispatch(deliveries: DispatchRepository, tell: () => void): void {
  const dispatch = deliveries.dispatch.bind(deliveries);
  deliveries.dispatch = async (limit) => {
    const dispatched = await dispatch(limit);
    if (dispatched.claimed > 0) tell();
    return dispatched;
  };
}
