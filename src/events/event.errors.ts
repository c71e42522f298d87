import { ValidationFailedError } from '../http/problem.js';

export class UnknownEventTypeError extends ValidationFailedError {
  override readonly code = 'unknown_event_type';

  constructor(field: string, type: string) {
    super([
      {
        field,
        message: `"${type}" is no event type and matches none; GET /event-types lists them, payment.* and * take several`,
      },
    ]);
  }
}

/** A handler built a body that its own schema refuses: a defect of ours, found before it is written. */
export class EventBodyInvalidError extends Error {
  constructor(type: string, problems: string) {
    super(
      `the body of ${type} does not match its schema (${problems}); fix the handler’s data() or its dataSchema`,
    );
  }
}
