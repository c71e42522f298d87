import { within } from '../process/within.js';

/** `skipped`: it could not be looked at, and `what` says why. */
export type FindingStatus = 'ok' | 'warning' | 'problem' | 'skipped';

/** What the doctor says of one thing. */
export interface Finding {
  /** `database`, `queue`, `chain base`, … */
  part: string;
  status: FindingStatus;
  what: string;
  /** How it is fixed; null where nothing need be. */
  fix: string | null;
}

export function ok(part: string, what: string): Finding {
  return { part, status: 'ok', what, fix: null };
}

export function warning(part: string, what: string, fix: string): Finding {
  return { part, status: 'warning', what, fix };
}

export function problem(part: string, what: string, fix: string | null): Finding {
  return { part, status: 'problem', what, fix };
}

export function skipped(part: string, why: string): Finding {
  return { part, status: 'skipped', what: why, fix: null };
}

/**
 * Looks at one thing. Whatever goes wrong with it is a finding, and ends nothing else.
 * @param timeoutMs for all of it: a doctor that waits forever reports nothing
 */
export async function examine(
  part: string,
  timeoutMs: number,
  look: () => Promise<Finding[]>,
): Promise<Finding[]> {
  const late = [
    problem(
      part,
      `did not come to an end within ${timeoutMs / 1_000} s`,
      'see whether what it depends on hangs, or is cut off by a firewall that drops packets',
    ),
  ];
  try {
    return await within(timeoutMs, look(), late);
  } catch (error) {
    // The sentences of our own errors end with how to fix it.
    return [problem(part, (error as Error).message, null)];
  }
}
