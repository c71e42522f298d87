import { describe, expect, it } from '@jest/globals';
import { isPassingRefusal, isRefusedForGood, refusedAs } from './broadcast.js';
import { classify } from './rpc-failure.js';

/** Messages of anvil 1.7 as it gives them; the rest from the sources of the nodes named. */
const CASES: [string, string, number][] = [
  ['anvil', 'transaction already imported', -32003],
  ['geth', 'already known', -32000],
  ['nethermind', 'AlreadyKnown', -32010],
  ['besu', 'Known transaction', -32000],
  ['anvil', 'nonce too low', -32003],
  ['geth', 'nonce too low: next nonce 5, tx nonce 4', -32000],
  ['nethermind', 'OldNonce', -32010],
  ['anvil', 'replacement transaction underpriced', -32003],
  ['besu', 'Replacement transaction underpriced', -32000],
  ['nethermind', 'ReplacementNotAllowed', -32010],
  ['anvil', 'max fee per gas less than block base fee', -32003],
  ['geth', 'max fee per gas less than block base fee: address 0x1, maxFeePerGas: 1, baseFee: 7', -32000],
  ['geth', 'transaction underpriced: tip needed 1000000000, tip permitted 1', -32000],
  ['nethermind', 'FeeTooLow, MaxFeePerGas too low', -32010],
  ['anvil', 'Insufficient funds for gas * price + value', -32003],
  ['geth', 'insufficient funds for gas * price + value: balance 0, tx cost 21000, overshot 21000', -32000],
  ['besu', 'Upfront cost exceeds account balance', -32004],
  ['anvil', 'intrinsic gas too low', -32000],
  ['geth', 'exceeds block gas limit', -32000],
  ['geth', 'tx fee (1.63 ether) exceeds the configured cap (1.00 ether)', -32000],
  ['reth', 'tx fee (1630000000000000000 wei) exceeds the configured cap (1000000000000000000 wei)', -32003],
  ['erigon', 'tx fee (1.63 ether) exceeds the configuration cap (1.00 ether)', -32000],
  ['besu', 'Transaction fee cap exceeded', -32000],
  ['bsc', 'sender or to in black list', -32000],
  // EIP-7702: something else of an address that authorizes is in the pool.
  ['geth', 'authority already reserved', -32000],
  ['geth', 'in-flight transaction limit reached for delegated accounts', -32000],
  ['erigon', 'INTERNAL_ERROR: existing tx with same hash', -32000],
  ['nethermind', 'OwnNonceAlreadyUsed', -32010],
  ['zksync', 'transaction replacement: new fee must be higher', 3],
  ['klaytn', 'there is another tx which has the same nonce in the tx pool', -32000],
  ['erigon', 'FEE_TOO_LOW: fee too low', -32000],
  ['op-geth', 'fee too low: 1, use at least tx.gasLimit = 21000 tx.gasPrice = 2', -32000],
  [
    'parity',
    'There are too many transactions in the queue. Your transaction was dropped due to limit. Try increasing the fee.',
    -32010,
  ],
  ['zksync', 'Not enough balance to cover the fee + value. balance: 0, fee: 1, value: 1', 3],
  ['arbitrum', 'not enough funds for gas', -32000],
  ['reth', 'sender does not have enough funds (1) to cover transaction fees: 2', -32003],
  ['geth', 'transaction would cause overdraft', -32000],
  ['op-geth', "failed to forward tx to sequencer, please try again. Error message: 'nonce too low'", -32000],
  ['none', 'the connection failed', 0],
];
const EXPECTED = [
  ...Array<string>(4).fill('accepted'),
  ...Array<string>(3).fill('nonce_too_low'),
  ...Array<string>(3).fill('underpriced'),
  ...Array<string>(4).fill('fee_too_low'),
  ...Array<string>(3).fill('insufficient_funds'),
  ...Array<string>(2).fill('refused'),
  ...Array<string>(4).fill('fee_above_cap'),
  ...Array<string>(3).fill('refused'),
  'accepted',
  ...Array<string>(3).fill('underpriced'),
  ...Array<string>(3).fill('fee_too_low'),
  ...Array<string>(4).fill('insufficient_funds'),
  'nonce_too_low',
  'unreachable',
];

describe('what a node says of a transaction', () => {
  it.each(CASES.map((given, index) => [...given, EXPECTED[index]] as const))(
    '%s: %s',
    (_node, message, code, expected) => {
      expect(refusedAs(message)).toBe(expected);
      const { kind } = classify({ method: 'eth_sendRawTransaction', code, message });
      // The endpoint is not to blame for what it was sent.
      expect(kind).toBe(expected === 'unreachable' ? 'transient' : 'fatal');
    },
  );
});

describe('what no node will ever take', () => {
  it.each([
    ['geth', 'exceeds block gas limit'],
    ['geth', 'transaction gas limit too high (cap: 16777216, tx: 20000000)'],
    ['geth', 'intrinsic gas too low: gas 21000, minimum needed 21064'],
    ['geth', 'insufficient gas for floor data gas cost: have 21000, want 40000'],
    ['geth', 'transaction type not supported'],
    ['geth', 'oversized data: transaction size 131100, limit 131072'],
    ['geth', 'max initcode size exceeded: code size 49153, limit 49152'],
    ['anvil', 'intrinsic gas too high -- tx.gas_limit > env.block.gas_limit'],
    ['anvil', 'transaction gas limit (20000000) is greater than the cap (16777216)'],
    ['reth', 'gas limit too high'],
    ['reth', "transaction's gas limit 50000000 exceeds block's gas limit 45000000"],
    ['nethermind', 'GasLimitExceeded, Gas limit: 30000000, gas limit of rejected tx: 50000000'],
    ['nethermind', 'TxGasLimitCapExceeded'],
    ['besu', 'Transaction gas limit exceeds block gas limit'],
    ['besu', 'INTRINSIC_GAS_EXCEEDS_GAS_LIMIT'],
    ['besu', 'Transaction type DELEGATE_CODE is invalid, accepted transaction types are [FRONTIER, EIP1559]'],
    ['nethermind', 'gas limit reached, Gas limit: 30000000, gas limit of rejected tx: 50000000'],
    ['bsc', 'sender or to in black list'],
    ['reth-bsc', 'sender or recipient is blacklisted'],
    ['a relay', 'blacklist account detected'],
    ['a relay', 'Transaction rejected: recipient is on the OFAC SDN list'],
    ['a vendor', 'address 0x489A8756C18C0b8B24EC2a2b9FF3D4d447F79BEc is sanctioned'],
    ['a vendor', 'forbidden recipient'],
    ['linea', 'recipient 0xf17f52 is blocked as appearing on the SDN or other legally prohibited list'],
    ['linea', 'Calldata of transaction is greater than the allowed max of 30000'],
    ['linea', 'Transaction line count for module HUB=2222222 is above the limit 2097152'],
    ['a vendor', 'the transaction touches a banned address'],
  ])('%s: %s', (_node, message) => {
    expect(isRefusedForGood(message)).toBe(true);
    expect(classify({ method: 'eth_sendRawTransaction', code: -32000, message }).kind).toBe('fatal');
  });

  it.each([
    'already known',
    'nonce too low',
    'nonce too high',
    'replacement transaction underpriced',
    'max fee per gas less than block base fee: address 0x1, maxFeePerGas: 1, baseFee: 7',
    'insufficient funds for gas * price + value: balance 0, tx cost 21000, overshot 21000',
    'gas price too low: transaction gas price above the block gas price is needed',
    'txpool is full',
    'authority already reserved',
    'in-flight transaction limit reached for delegated accounts',
    'transaction rejected',
    'invalid sender',
    'rate limit exceeded: gas limit of your plan reached',
    'the connection failed',
    'tx fee (1.63 ether) exceeds the configured cap (1.00 ether)',
    'your IP address is blacklisted',
    'this address is blocked for too many requests',
    'address 203.0.113.7 is blocked',
    'access denied for this address',
    'client address 2001:db8::1 is blocked',
    'address "203.0.113.7" is blocked',
    'address 203.0.113.7 is banned',
    'this account is banned for abuse',
    '403 Forbidden: access to this resource is forbidden',
  ])('is not: %s', (message) => {
    expect(isRefusedForGood(message)).toBe(false);
  });
});

it('is a refusal of the transaction, in words that nobody knows, by its code', () => {
  const message = 'computer says no';
  expect(classify({ method: 'eth_sendRawTransaction', code: -32003, message }).kind).toBe('fatal');
  const rate = { method: 'eth_sendRawTransaction', code: -32003, message: 'rate limit reached' };
  expect(classify(rate).kind).toBe('rate_limited');
});

describe('what a node refuses for what it has now', () => {
  it.each([
    'txpool is full',
    'transaction discarded outright due to pool size constraints',
    'nonce too high',
    'authority already reserved',
    'in-flight transaction limit reached for delegated accounts',
    'delegation authority has pending transaction',
    'node is syncing',
    'There are too many transactions in the queue. Your transaction was dropped due to limit.',
    'queue full',
    'forwarding queue full',
    'sequencer pending tx pool full, please try again',
    'sequencer temporarily not available',
    `failed to forward tx to sequencer, please try again. Error message: 'Post "https://sequencer.example": EOF'`,
    'NonceGap, Future nonce. Expected nonce: 10',
    'NonceTooFarInFuture',
    'PendingTxsOfConflictingType',
    'transaction pool limit reached',
  ])('may be taken in a moment: %s', (message) => {
    expect(isPassingRefusal(message)).toBe(true);
  });

  it.each(['sender or to in black list', 'computer says no', 'exceeds block gas limit'])(
    'and what it refuses for what it is: %s',
    (message) => expect(isPassingRefusal(message)).toBe(false),
  );
});
