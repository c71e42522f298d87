import { type AnswerOf, type ParamsOf } from '../rpc/methods.js';
import { type Rpc } from '../rpc/rpc-endpoint.js';
import { RpcError } from '../rpc/rpc-error.js';
import { type RpcPool } from '../rpc/rpc-pool.js';
import { isRevert, wordsOf } from './reverted-call.js';

/** The call would fail; the message says why, as it goes on after a colon. */
export class CallRevertedError extends Error {}

type Outcome<T> = { value: T } | { refusal: string };

interface Trial<M extends 'eth_call' | 'eth_estimateGas'> {
  method: M;
  call: object;
  /** What to take for the code of addresses (geth's state overrides). */
  overrides: readonly object[];
  /** Why an answer is a refusal all the same; null: it is none. */
  refusalIn: (answer: AnswerOf<M, ParamsOf<M>>) => string | null;
  /** Hash of a block after which it must fail as well; null: the newest is enough. */
  after: string | null;
}

/**
 * Tries a call as if it were sent now. That it would fail may end what it is for, so one endpoint's word is not enough,
 * which may be behind or wrong: every endpoint has to say so, of its newest block and of the one up to which we know the
 * chain.
 * @throws CallRevertedError; RpcError, also while blocks or endpoints differ about it: it is looked at again
 */
export async function tryCall<M extends 'eth_call' | 'eth_estimateGas'>(
  rpc: RpcPool,
  trial: Trial<M>,
): Promise<AnswerOf<M, ParamsOf<M>>> {
  const { method, call, overrides, refusalIn, after } = trial;
  const newest = method === 'eth_call' ? [call, 'latest', ...overrides] : [call];
  const ask = (one: Rpc) =>
    outcomeOf(() => one.call<M, ParamsOf<M>>(method, newest as unknown as ParamsOf<M>), refusalIn);
  const first = await rpc.fromOneEndpoint(ask, method);
  if ('value' in first) return first.value;
  const right = (await rpc.fromEveryEndpoint(ask, method)).find((one) => 'value' in one);
  if (right) return right.value;
  if (after !== null && !(await isRefusedAfter(rpc, after, trial))) {
    throw new RpcError(
      'the pool',
      method,
      `it would fail now, and not after block ${after}: ${first.refusal}`,
    );
  }
  throw new CallRevertedError(first.refusal);
}

async function isRefusedAfter<M extends 'eth_call' | 'eth_estimateGas'>(
  rpc: RpcPool,
  blockHash: string,
  { method, call, overrides, refusalIn }: Trial<M>,
): Promise<boolean> {
  const refuses = (answer: string) =>
    method === 'eth_call' ? refusalIn(answer as AnswerOf<M, ParamsOf<M>>) : null;
  const params = [call, { blockHash }, ...overrides] as unknown as ParamsOf<'eth_call'>;
  const ask = (one: Rpc) => outcomeOf(() => one.call('eth_call', params), refuses);
  return (await rpc.fromEveryEndpoint(ask, 'eth_call')).every((one) => 'refusal' in one);
}

async function outcomeOf<T>(
  ask: () => Promise<T>,
  refusalIn: (answer: T) => string | null,
): Promise<Outcome<T>> {
  try {
    const value = await ask();
    const refusal = refusalIn(value);
    return refusal === null ? { value } : { refusal };
  } catch (error) {
    if (!(error instanceof RpcError) || !isRevert(error)) throw error;
    return { refusal: wordsOf(error) };
  }
}
