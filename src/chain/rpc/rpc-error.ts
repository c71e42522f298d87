import { storable } from '../../database/storable.js';
import { type RpcFailure } from './rpc-failure.js';

/** Of a node, which may repeat what a contract says. */
const MOST_WORDS = 1_000;

/** A node that did not give what was asked; the message never carries the URL's path, query or credentials. */
export class RpcError extends Error {
  readonly retryable = true;
  /** What the other endpoints failed with that were asked the same, or were not asked. */
  beside: readonly Error[] = [];
  /** The message without who and what, in the node's own words where it said something. */
  readonly why: string;

  constructor(
    endpoint: string,
    method: string,
    why: string,
    readonly failure: RpcFailure = { kind: 'transient' },
  ) {
    const words = storable(why, MOST_WORDS);
    super(`${endpoint} did not answer ${method}: ${words}`);
    this.why = words;
  }
}

/** The node answered, and does not know the block or transaction; another may. */
export class UnknownHereError extends RpcError {
  constructor(method: string) {
    super('the node', method, 'it does not know it', { kind: 'not_found' });
  }
}

/** The node answered, and does not know the method. */
export class MethodNotFoundError extends RpcError {}

/** @param all with the one that is thrown */
export function withBeside(thrown: Error, all: readonly Error[]): Error {
  if (thrown instanceof RpcError) thrown.beside = all.filter((one) => one !== thrown);
  return thrown;
}
