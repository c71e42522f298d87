import { ValidationFailedError } from '../http/problem.js';

/** With what to send instead. */
export class LogoRefusedError extends ValidationFailedError {
  override readonly code = 'logo_refused';

  constructor(why: string) {
    super([{ field: 'logo', message: why }]);
  }
}
