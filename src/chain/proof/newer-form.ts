import { RpcError } from '../rpc/rpc-endpoint.js';

/**
 * A header, transaction or receipt has parts that this version does not know, so that it cannot be recomputed. Another
 * endpoint may have it in the form that is known; where none has, the chain has most likely come to a newer fork.
 */
export class NewerFormError extends RpcError {
  /** @param what which parts, as in "header of a newer fork (field slotHash)" */
  constructor(
    block: string,
    readonly what: string,
  ) {
    super('the node', `for block ${block} in a form that is known`, what, { kind: 'fatal' });
  }
}

/**
 * What nodes of other chains do not do: it may be this chain's habit, or something may be missing. No root shows which.
 */
export class OddStructureError extends NewerFormError {}

/** Told of a form that is not known. Returns where the answer is to be taken all the same, throws where it is not. */
export type OnNewerForm = (error: NewerFormError) => void;

/**
 * Asks for an answer in the form that is known first, of every endpoint; only if one gave it in a form that is not, and
 * none in the known one, it is asked for again and taken as it is: a single endpoint cannot pass off what it made up as
 * a newer fork while another one is right.
 */
export async function inKnownFormFirst<T>(ask: (onNewer: OnNewerForm) => Promise<T>): Promise<T> {
  let isNewer = false;
  try {
    return await ask((error) => {
      isNewer = true;
      throw error;
    });
  } catch (error) {
    if (!isNewer) throw error;
    return ask(() => undefined);
  }
}
