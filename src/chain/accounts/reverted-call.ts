import { storable, type Storable } from '../../database/storable.js';
import { type RpcError } from '../rpc/rpc-endpoint.js';

/** Whether the node did what was asked, and the contract refused. */
export function isRevert({ failure, message }: RpcError): boolean {
  return (
    failure.kind === 'fatal' && /revert|invalid opcode|out of gas|always failing|vm exception/i.test(message)
  );
}

/** The contract's own words, where it has some. */
export function wordsOf({ message }: RpcError): Storable {
  const words = /(?:execution reverted|revert(?:ed)?)[:,]? *(.*)$/is.exec(message)?.[1]?.trim();
  return storable(words || 'without a reason');
}
