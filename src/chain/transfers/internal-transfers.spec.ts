import { describe, expect, it } from '@jest/globals';
import { TooFewAnswersError } from '../rpc/agreed-answers.js';
import { RpcError } from '../rpc/rpc-error.js';
import { type RpcFailure } from '../rpc/rpc-failure.js';
import { isStateGone } from './internal-transfers.js';

const WORDS = 'missing trie node 00';

describe('a state that is gone', () => {
  it('is so by a node’s words, of a block that is old enough', () => {
    const error = new RpcError('node', 'eth_getBalance', WORDS);
    expect(isStateGone(error, 100, 165)).toBe(true);
    expect(isStateGone(error, 100, 164)).toBe(false);
    expect(isStateGone(new RpcError('node', 'eth_getBalance', 'busy'), 100, 165)).toBe(false);
  });

  it('is not while another node stumbles, which may have it', () => {
    const error = new RpcError('node', 'eth_getBalance', WORDS, { kind: 'no_history' });
    const besideOne = (failure: RpcFailure) => {
      error.beside = [new RpcError('archive', 'eth_getBalance', 'no', failure)];
      return isStateGone(error, 100, 165);
    };
    expect(besideOne({ kind: 'transient' })).toBe(false);
    expect(besideOne({ kind: 'rate_limited', isNotAsked: true })).toBe(false);
    expect(besideOne({ kind: 'no_history' })).toBe(true);
    expect(besideOne({ kind: 'unsupported' })).toBe(true);
  });

  it('is not where another node has it, and only a second answer is waited for', () => {
    const error = new TooFewAnswersError('what contracts sent us', `other: ${WORDS}`);
    expect(isStateGone(error, 100, 165)).toBe(false);
  });
});
