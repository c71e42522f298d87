import { type RpcError } from '../rpc/rpc-endpoint.js';

/** Whether the node did what was asked, and the contract refused. */
export function isRevert({ failure }: RpcError): boolean {
  return failure.kind === 'reverted';
}

/** The contract's own words, where it has some. */
export function wordsOf({ message }: RpcError): string {
  return /(?:execution reverted|revert(?:ed)?)[:,]? *(.*)$/i.exec(message)?.[1]?.trim() || 'without a reason';
}
