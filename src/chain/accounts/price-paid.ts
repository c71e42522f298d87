import { type Rpc } from '../rpc/rpc-endpoint.js';
import { RpcError } from '../rpc/rpc-error.js';

/** Nodes that leave it out of the receipt have it in the transaction. Wei per gas. */
export async function pricePaid(rpc: Rpc, hash: string): Promise<bigint> {
  const transaction = await rpc.call('eth_getTransactionByHash', [hash]);
  if (transaction?.gasPrice !== undefined) return transaction.gasPrice;
  throw new RpcError('the node', 'eth_getTransactionReceipt', 'it does not tell the price of its gas');
}
