/** What the customer's wallet is asked to send, to the unit. */
export interface Transfer {
  chainId: number;
  /** The deposit address. */
  to: string;
  /** The token's contract; null: the chain's native asset. */
  token: string | null;
  /** In base units. */
  amount: bigint;
}

/** `transfer(address,uint256)` of ERC-20. */
const TRANSFER_SELECTOR = '0xa9059cbb';

/** The parameter of eth_sendTransaction. The chain is named, so that a wallet that moved on in between refuses. */
export function transactionOf(
  { chainId, to, token, amount }: Transfer,
  from: string,
): Record<string, string> {
  const shared = { from, chainId: hex(BigInt(chainId)) };
  if (token === null) return { ...shared, to, value: hex(amount) };
  return { ...shared, to: token, value: '0x0', data: TRANSFER_SELECTOR + word(BigInt(to)) + word(amount) };
}

export function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}

function word(value: bigint): string {
  return value.toString(16).padStart(64, '0');
}
