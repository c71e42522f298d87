import { type Command } from 'commander';
import { named } from './option.js';
import { UsageError } from './usage.error.js';

const DAY_MS = 86_400_000;

/** Of what an export tells of. */
export interface Period {
  from: Date;
  /** The first moment after it; left out: now. */
  to?: Date;
}

export function withPeriod(command: Command): Command {
  return command
    .requiredOption(
      '--from <date>',
      'from this moment on, as 2026-11-01 or 2026-11-01T12:00Z',
      named('--from', moment),
    )
    .option(
      '--to <date>',
      'until before this moment; a date alone is with its whole day; else now',
      named('--to', endOf),
    );
}

/** @throws UsageError where there is nothing between them */
export function period({ from, to = new Date() }: Period): Required<Period> {
  if (from >= to) throw new UsageError('--from is not before --to: there is nothing in between');
  return { from, to };
}

function isDateAlone(value: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(value);
}

/** Without an offset a time would be of wherever the command runs. */
function moment(value: string): Date {
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(value);
  const time = new Date(value);
  if ((isTime || isDateAlone(value)) && !Number.isNaN(time.getTime())) return time;
  throw new UsageError('is no moment: write 2026-11-01, or 2026-11-01T12:00Z with its offset');
}

function endOf(value: string): Date {
  const given = moment(value);
  return isDateAlone(value) ? new Date(given.getTime() + DAY_MS) : given;
}
