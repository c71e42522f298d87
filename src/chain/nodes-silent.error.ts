import { DomainError } from '../http/problem.js';

/** Something was asked for that only a node can tell, and none did. */
export class NodesSilentError extends DomainError {
  readonly code = 'unavailable';
  override readonly retryable = true;

  constructor(chain: string, reason?: string) {
    super(
      `the nodes of chain ${chain} do not answer just now; try again in a moment${reason === undefined ? '' : ` (${reason})`}`,
    );
  }
}
