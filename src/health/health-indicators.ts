import { Injectable } from '@nestjs/common';
import { within } from '../process/within.js';

export interface HealthIndicator {
  /** As it stands under `parts`. */
  name: string;
  /** Without it the process cannot do its work, and is not ready. */
  isEssential: boolean | (() => boolean);
  /** Throws when the part does not answer. */
  check(): Promise<unknown>;
}

export type PartState = 'ok' | 'unavailable';

/** What the health of this process is made of. Each module adds the part it stands on. */
@Injectable()
export class HealthIndicators {
  private readonly indicators: HealthIndicator[] = [];

  add(indicator: HealthIndicator): void {
    this.indicators.push(indicator);
  }

  /**
   * Asks every part at once. One that hangs is as good as one that fails.
   * @param timeoutMs for each part
   */
  async check(timeoutMs: number): Promise<{ isReady: boolean; parts: Record<string, PartState> }> {
    const states = await Promise.all(
      this.indicators.map(async (indicator) => ({
        ...indicator,
        state: await stateOf(indicator, timeoutMs),
      })),
    );
    return {
      isReady: states.every((part) => part.state === 'ok' || !isEssential(part)),
      parts: Object.fromEntries(states.map(({ name, state }) => [name, state])),
    };
  }
}

function isEssential({ isEssential: given }: HealthIndicator): boolean {
  return typeof given === 'function' ? given() : given;
}

async function stateOf(indicator: HealthIndicator, timeoutMs: number): Promise<PartState> {
  const answer = indicator.check().then(
    () => 'ok' as const,
    () => 'unavailable' as const,
  );
  return within(timeoutMs, answer, 'unavailable');
}
