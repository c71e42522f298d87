import { describe, expect, it } from '@jest/globals';
import { RpcError } from '../rpc/rpc-endpoint.js';
import { classify } from '../rpc/rpc-failure.js';
import { isRevert, wordsOf } from './reverted-call.js';

interface Answer {
  code?: number;
  message: string;
  data?: unknown;
}

function error(answer: Answer, method = 'eth_estimateGas'): RpcError {
  return new RpcError('node.example:8545', method, answer.message, classify({ method, ...answer }));
}

const REFUSALS: [string, Answer][] = [
  ['geth, reverted', { code: 3, message: 'execution reverted: TRANSFER_FAILED', data: '0x08c379a0' }],
  ['geth, reverted without words', { code: -32000, message: 'execution reverted' }],
  [
    'geth, an estimate that burns all',
    { code: -32000, message: 'gas required exceeds allowance (30000000)' },
  ],
  [
    'geth before 1.9',
    { code: -32000, message: 'gas required exceeds allowance or always failing transaction' },
  ],
  ['geth, the opcode INVALID', { code: -32000, message: 'invalid opcode: INVALID' }],
  ['geth, an unknown opcode', { code: -32000, message: 'invalid opcode: opcode 0xa7 not defined' }],
  ['geth, a call', { code: -32000, message: 'out of gas' }],
  ['geth, a jump', { code: -32000, message: 'invalid jump destination' }],
  ['geth, the stack', { code: -32000, message: 'stack underflow (0 <=> 2)' }],
  ['Erigon', { code: -32000, message: 'gas required exceeds allowance (50000000)' }],
  ['Nethermind, estimate', { code: -32000, message: 'Gas estimation failed due to out of gas' }],
  ['Nethermind, estimate that fails', { code: -32015, message: 'Transaction execution fails' }],
  [
    'Nethermind, over the cap',
    {
      code: -32000,
      message:
        'Cannot estimate gas, gas spent exceeded transaction and block gas limit or transaction gas limit cap',
    },
  ],
  ['Nethermind, reverted', { code: -32015, message: 'revert' }],
  ['Nethermind, a call', { code: -32015, message: 'VM execution error.', data: 'BadInstruction' }],
  [
    'Besu',
    {
      code: -32000,
      message: 'Transaction processing could not be completed due to an exception (Invalid opcode: 0xfe)',
    },
  ],
  [
    'Besu, older',
    {
      code: -32000,
      message: 'Transaction processing could not be completed due to an exception: INVALID_OPERATION',
    },
  ],
  ['reth, an estimate', { code: -32003, message: 'out of gas: gas required exceeds: 30000000' }],
  ['reth, memory', { code: -32003, message: 'out of gas: gas exhausted during memory expansion: 30000000' }],
  ['reth, an opcode', { code: -32603, message: 'EVM error: InvalidFEOpcode' }],
  ['anvil, an opcode', { code: -32603, message: 'EVM error InvalidFEOpcode' }],
  ['anvil, a jump', { code: -32603, message: 'EVM error InvalidJump' }],
  ['anvil, an estimate', { code: -32003, message: 'Out of gas: gas required exceeds allowance: 30000000' }],
  [
    'OpenEthereum',
    { code: -32016, message: 'The execution failed due to an exception.', data: 'Bad instruction 1c' },
  ],
  ['Hardhat', { code: -32603, message: 'VM Exception while processing transaction: invalid opcode' }],
];

const OTHERS: [string, Answer][] = [
  [
    'nobody who pays for it',
    { code: -32000, message: 'insufficient funds for gas * price + value: address 0x1f' },
  ],
  ['no money to send', { code: -32603, message: 'EVM error OutOfFunds' }],
  ['no answer in time', { code: -32000, message: 'context deadline exceeded' }],
  ['too many calls', { code: 429, message: 'Too Many Requests' }],
  ['an internal error', { code: -32603, message: 'Internal error' }],
  ['a node without the state', { code: -32000, message: 'missing trie node 5c2f (path )' }],
];

describe('a call that fails on the chain', () => {
  it.each(REFUSALS)('is a refusal of what was called: %s', (_node, answer) => {
    expect(isRevert(error(answer))).toBe(true);
    expect(isRevert(error(answer, 'eth_call'))).toBe(true);
    expect(wordsOf(error(answer))).toMatch(/^it (reverts|burns its gas) /);
  });

  it.each(OTHERS)('is none where the caller or the node lacks something: %s', (_what, answer) => {
    expect(isRevert(error(answer))).toBe(false);
  });

  it('is no failure of the endpoint, which is not put aside for it', () => {
    for (const [, answer] of REFUSALS)
      expect(classify({ method: 'eth_call', ...answer }).kind).toBe('reverted');
  });

  it('is told in the words of the contract, where it has some', () => {
    expect(wordsOf(error({ code: 3, message: 'execution reverted: paused' }))).toBe('it reverts paused');
    expect(wordsOf(error({ code: 3, message: 'execution reverted: out of gas tokens' }))).toBe(
      'it reverts out of gas tokens',
    );
    expect(wordsOf(error({ code: -32000, message: 'execution reverted' }))).toBe(
      'it reverts without a reason',
    );
    expect(wordsOf(error({ code: -32000, message: 'invalid opcode: INVALID' }))).toBe(
      'it burns its gas (invalid opcode: INVALID)',
    );
  });
});
