import { type Authorization, Transaction, type TransactionLike } from 'ethers';
import { transferData } from './erc20.js';
import { type Fees } from './fees.js';
import { type Address, type Asset, type ChainId } from '../ids/ids.js';

/** What is signed that is no transfer. */
export interface ContractCall {
  /** Null: it makes a contract. */
  to: Address | null;
  /** 0x-hex. */
  data: string;
  /** Delegations that come with it (EIP-7702). */
  authorizations: readonly Authorization[];
}

/** A transaction as it is signed, but for its nonce. */
export interface Payload {
  chainId: ChainId;
  /** Of the asset; of a call the contract. */
  recipient: Address;
  /** Null: the native asset. */
  tokenAddress: Asset;
  amount: bigint;
  gasLimit: bigint;
  fees: Fees;
  /** In place of a transfer. */
  call?: ContractCall;
}

/** Longer than the nonces our addresses come to: what it costs to publish is never less for a lower one. */
export const HIGH_NONCE = 0xffffff;

export function transactionOf(payload: Payload, nonce: number): TransactionLike {
  const { chainId, gasLimit, fees, call } = payload;
  const what = call === undefined ? transferOf(payload) : { to: call.to, value: 0n, data: call.data };
  return { chainId, nonce, gasLimit, ...what, ...feeFields(fees, call?.authorizations) };
}

function transferOf({ recipient, tokenAddress, amount }: Payload): Partial<TransactionLike> {
  return tokenAddress === null
    ? { to: recipient, value: amount, data: '0x' }
    : { to: tokenAddress, value: 0n, data: transferData(recipient, amount) };
}

/** The same transaction with other fees, and another value where one is given. @param raw as it was signed */
export function replacementOf(raw: string, fees: Fees, amount: bigint | undefined): TransactionLike {
  const { chainId, nonce, gasLimit, to, value, data, authorizationList } = Transaction.from(raw);
  const what = { to, value: amount ?? value, data };
  return { chainId, nonce, gasLimit, ...what, ...feeFields(fees, authorizationList ?? []) };
}

/** Moves nothing, and takes a nonce of its account all the same. */
export function emptyTransaction(
  { chainId, from, nonce }: { chainId: ChainId; from: Address; nonce: number },
  gasLimit: bigint,
  fees: Fees,
): TransactionLike {
  const payload = { chainId, recipient: from, tokenAddress: null, amount: 0n, gasLimit, fees };
  return transactionOf(payload, nonce);
}

/** Whether a transaction is such a one. @param from its account, lower-case */
export function isEmptyOf(
  from: Address,
  { to, value, input }: { to: string | null; value: bigint; input: string },
): boolean {
  return to?.toLowerCase() === from && value === 0n && input === '0x';
}

/** The same of bytes that were signed. */
export function areEmptyOf(from: Address, raw: string): boolean {
  const { to, value, data: input } = Transaction.from(raw);
  return isEmptyOf(from, { to, value, input });
}

/** The bytes of what is about to be signed, 0x-hex, to ask what it costs to publish them. */
export function unsignedBytes(payload: Payload): string {
  return Transaction.from(transactionOf(payload, HIGH_NONCE)).unsignedSerialized;
}

/** The same of what was signed. */
export function withoutSignature(raw: string): string {
  return Transaction.from(raw).unsignedSerialized;
}

/** The type goes with the fees; a transaction of EIP-7702 without any authorization is invalid. */
function feeFields(
  { maxFeePerGas, maxPriorityFeePerGas }: Fees,
  authorizations: readonly Authorization[] = [],
): Partial<TransactionLike> {
  if (maxPriorityFeePerGas === null) return { type: 0, gasPrice: maxFeePerGas };
  if (authorizations.length === 0) return { type: 2, maxFeePerGas, maxPriorityFeePerGas };
  return { type: 4, maxFeePerGas, maxPriorityFeePerGas, authorizationList: [...authorizations] };
}
