import { DomainError } from '../http/problem.js';
import { RpcError } from './rpc/rpc-error.js';
import { UnprovenAnswerError } from './rpc/unproven-answer.js';

/** Something was asked for that only a node knows, and none answered. */
export class NodesSilentError extends DomainError {
  readonly code = 'nodes_unavailable';
  override readonly retryable = true;
  /** A node's own pause after a failure is about as long. */
  readonly retryAfterSeconds = 5;

  constructor(chain: string, reason?: string) {
    super(
      `the nodes of chain ${chain} do not answer just now; try again in a moment${reason === undefined ? '' : ` (${reason})`}`,
    );
  }
}

/** Whether no node answered, or none gave an answer that could be believed. */
export function isSilence(error: unknown): error is RpcError | UnprovenAnswerError {
  return error instanceof RpcError || error instanceof UnprovenAnswerError;
}
