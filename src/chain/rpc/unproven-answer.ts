import { storable, type Storable } from '../../database/storable.js';
import { RpcError } from './rpc-error.js';

/**
 * A node's answer that cannot be right: about a block, hashes, roots or blooms do not come out as its header says; or
 * its form is not that of the method. The endpoint that gave it is not to be believed; asking another one helps.
 */
export class UnprovenAnswerError extends RpcError {
  readonly reason: Storable;

  /** @param reason what did not come out, without naming the endpoint */
  constructor(block: string, reason: string) {
    super('the node', `about block ${block}`, reason, { kind: 'unproven' });
    this.reason = storable(reason);
    this.message = `the node's answer about block ${storable(block)} does not prove itself: ${this.reason}`;
  }
}

/** An answer of another form than its method has, or about something else than was asked. */
export class WrongShapeError extends UnprovenAnswerError {
  /** @param reason with the place in the answer */
  constructor(endpoint: string, method: string, reason: string) {
    super('', reason);
    this.message = `the answer of ${endpoint} to ${method} is not usable: ${this.reason}`;
  }
}
