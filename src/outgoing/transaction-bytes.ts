import { Transaction, type TransactionLike } from 'ethers';
import { transferData } from './erc20.js';
import { type Fees } from './fees.js';

/** A transfer as it is signed, but for its nonce. */
export interface Payload {
  chainId: number;
  recipient: string;
  /** Null: the native asset. */
  tokenAddress: string | null;
  amount: bigint;
  gasLimit: bigint;
  fees: Fees;
}

/** Longer than the nonces our addresses come to: what it costs to publish is never less for a lower one. */
const HIGH_NONCE = 0xffffff;

export function transactionOf(payload: Payload, nonce: number): TransactionLike {
  const { chainId, gasLimit, recipient, tokenAddress, amount, fees } = payload;
  const what =
    tokenAddress === null
      ? { to: recipient, value: amount, data: '0x' }
      : { to: tokenAddress, value: 0n, data: transferData(recipient, amount) };
  return { chainId, nonce, gasLimit, ...what, ...feeFields(fees) };
}

/** The same transaction with other fees, and another value where one is given. @param raw as it was signed */
export function replacementOf(raw: string, fees: Fees, amount: bigint | undefined): TransactionLike {
  const { chainId, nonce, gasLimit, to, value, data } = Transaction.from(raw);
  return { chainId, nonce, gasLimit, to, value: amount ?? value, data, ...feeFields(fees) };
}

/** The bytes of what is about to be signed, 0x-hex, to ask what it costs to publish them. */
export function unsignedBytes(payload: Payload): string {
  return Transaction.from(transactionOf(payload, HIGH_NONCE)).unsignedSerialized;
}

/** The same of what was signed. */
export function withoutSignature(raw: string): string {
  return Transaction.from(raw).unsignedSerialized;
}

function feeFields({ maxFeePerGas, maxPriorityFeePerGas }: Fees): Partial<TransactionLike> {
  return maxPriorityFeePerGas === null
    ? { type: 0, gasPrice: maxFeePerGas }
    : { type: 2, maxFeePerGas, maxPriorityFeePerGas };
}
