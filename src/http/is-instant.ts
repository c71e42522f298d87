import { isISO8601 } from 'class-validator';
import { refusedBy } from './is-storable.js';

/** A moment as RFC 3339 has it. ISO 8601 has more, as weeks and years of six digits, which neither JavaScript nor Postgres reads. */
const FORM = /^\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:?\d\d)?)?$/;

/** A moment in time that can be asked for. */
export function IsInstant(): PropertyDecorator {
  return refusedBy('isInstant', (value) => {
    const isOne =
      typeof value === 'string' &&
      FORM.test(value) &&
      isISO8601(value, { strict: true }) &&
      !Number.isNaN(Date.parse(value));
    return isOne ? null : 'must be a time in ISO 8601, as 2026-01-31T12:00:00Z';
  });
}
