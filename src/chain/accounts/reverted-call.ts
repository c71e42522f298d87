import { storable, type Storable } from '../../database/storable.js';
import { burnsGas } from '../rpc/refused-call.js';
import { type RpcError } from '../rpc/rpc-endpoint.js';

/** Whether the node did what was asked, and the contract refused: by taking it back, or by burning its gas. */
export function isRevert({ failure }: RpcError): boolean {
  return failure.kind === 'reverted';
}

/** Why, as a sentence that goes on after a colon: the contract's own words, where it has some. */
export function wordsOf({ message }: RpcError): Storable {
  const said = saidIn(message);
  if (burnsGas(said) && !/execution reverted/i.test(said)) return storable(`it burns its gas (${said})`);
  const words = /(?:execution reverted|revert(?:ed)?)[:,]? *(.*)$/is.exec(said)?.[1]?.trim();
  return storable(`it reverts ${words || 'without a reason'}`);
}

/** The node's words, without those of `RpcError`. */
function saidIn(message: string): string {
  return /^\S+ did not answer \S+: (.*)$/s.exec(message)?.[1] ?? message;
}
