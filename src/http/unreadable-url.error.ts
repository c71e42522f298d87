import { DomainError } from './problem.js';

export class UnreadableUrlError extends DomainError {
  readonly code = 'malformed_url';

  constructor(why: string) {
    super(`the URL cannot be read: ${why}`);
  }
}
