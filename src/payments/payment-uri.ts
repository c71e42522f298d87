import { checksumAddress } from '../chain/checksum-address.js';
import { type Address, type Asset, type ChainId } from '../ids/ids.js';

/**
 * What a wallet needs to pay, as a URI for a link or a QR code (EIP-681).
 * @param tokenAddress the token's contract, or null for the native asset
 */
export function paymentUri(
  payment: { address: Address; chainId: ChainId; amount: bigint },
  tokenAddress: Asset,
): string {
  const recipient = checksumAddress(payment.address);
  if (tokenAddress === null) return `ethereum:${recipient}@${payment.chainId}?value=${payment.amount}`;
  const token = checksumAddress(tokenAddress);
  return `ethereum:${token}@${payment.chainId}/transfer?address=${recipient}&uint256=${payment.amount}`;
}
