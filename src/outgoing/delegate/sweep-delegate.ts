import { AbiCoder, Interface, toUtf8String, zeroPadValue } from 'ethers';
import { type RawLog } from '../../chain/blocks/raw-block.js';
import { storable, type Storable } from '../../database/storable.js';
import artifact from './sweep-delegate.json' with { type: 'json' };
import { type Address } from '../../ids/ids.js';

const contract = new Interface([
  'function treasury() view returns (address)',
  'function sweepAll((address deposit,address token,uint256 amount)[] sweeps, uint256 gasEach)',
  'event Refused(address indexed deposit, address indexed token, bytes answer)',
  'error Error(string)',
]);
/** EIP-7702: the code of an account that has delegated, before the address. */
const DELEGATION = '0xef0100';
const MOST_WORDS = 200;

/** Whom the contract knows, lower-case: where tokens go, and who may ask for it. */
export interface DelegateParties {
  treasury: Address;
  /** The gas tank. */
  operator: Address;
}

/** What the contract is asked for each deposit. */
export interface DelegatedSweep {
  deposit: string;
  token: string;
  /** Base units. */
  amount: bigint;
}

/** 0x-hex: what makes the contract. */
export function creationCode({ treasury, operator }: DelegateParties): string {
  const args = AbiCoder.defaultAbiCoder().encode(['address', 'address'], [treasury, operator]);
  return artifact.bytecode + args.slice(2);
}

/** 0x-hex, lower-case: what stands at the contract's address, if it is ours and knows these. */
export function deployedCode(address: Address, { treasury, operator }: DelegateParties): string {
  const code = Buffer.from(artifact.deployed.slice(2), 'hex');
  const known = { self: address, treasury, operator };
  for (const name of ['self', 'treasury', 'operator'] as const) {
    const word = Buffer.from(zeroPadValue(known[name], 32).slice(2), 'hex');
    for (const start of artifact.immutables[name]) word.copy(code, start);
  }
  return `0x${code.toString('hex')}`;
}

/** 0x-hex, lower-case: the code of an address that has delegated to the contract. */
export function delegationTo(delegate: Address): string {
  return `${DELEGATION}${delegate.slice(2)}`;
}

/** @param gasEach what each of them may use */
export function sweepAllData(sweeps: readonly DelegatedSweep[], gasEach: bigint): string {
  return contract.encodeFunctionData('sweepAll', [sweeps, gasEach]);
}

/** What was asked of the contract by these call data, addresses in lower case; null: something else. */
export function sweepsIn(data: string): DelegatedSweep[] | null {
  try {
    const [sweeps] = contract.decodeFunctionData('sweepAll', data).toArray() as [[string, string, bigint][]];
    return sweeps.map(([deposit, token, amount]) => ({
      deposit: deposit.toLowerCase(),
      token: token.toLowerCase(),
      amount,
    }));
  } catch {
    return null;
  }
}

/** A call that any account that has delegated answers with the treasury, and no other account does. */
export const TREASURY_CALL = contract.encodeFunctionData('treasury');

/** @returns what `TREASURY_CALL` is answered with */
export function treasuryAnswer(treasury: Address): string {
  return zeroPadValue(treasury, 32).toLowerCase();
}

/** Why the contract moved nothing of one deposit, as the token said it; null: it did not say. */
export function refusalIn(
  logs: readonly RawLog[],
  delegate: Address,
  { from, token }: { from: Address; token: string },
): Storable | null {
  for (const log of logs.filter(({ address }) => address.toLowerCase() === delegate)) {
    const parsed = contract.parseLog({ topics: [...log.topics], data: log.data });
    if (parsed?.name !== 'Refused') continue;
    const [deposit, asset, answer] = parsed.args.toArray() as [string, string, string];
    if (deposit.toLowerCase() === from && asset.toLowerCase() === token) return wordsOf(answer);
  }
  return null;
}

function wordsOf(answer: string): Storable {
  return storable(inWords(answer));
}

function inWords(answer: string): string {
  if (/^0x(00)+$/.test(answer)) return 'it returns false';
  const error = answer.startsWith('0x08c379a0') ? stringIn(answer) : null;
  if (error !== null) return `it reverts ${error}`;
  return answer === '0x' ? 'it reverts without a reason' : `it reverts with ${answer.slice(0, MOST_WORDS)}`;
}

/** Of `Error(string)`; the contract tells the beginning only of a long one. */
function stringIn(answer: string): string | null {
  const text = answer.slice(10 + 128);
  const length = Number(`0x${answer.slice(10 + 64, 10 + 128) || '0'}`);
  const told = text.slice(0, Math.min(length, MOST_WORDS) * 2);
  try {
    return toUtf8String(`0x${told}`, (_reason, _offset, _bytes, output) => {
      output.push(0xfffd);
      return 0;
    });
  } catch {
    return null;
  }
}
