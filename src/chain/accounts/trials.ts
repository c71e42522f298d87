import { type AnswerOf, type ParamsOf } from '../rpc/methods.js';
import { type Rpc } from '../rpc/rpc-endpoint.js';
import { RpcError } from '../rpc/rpc-error.js';
import { type RpcPool } from '../rpc/rpc-pool.js';
import { agreed, DisagreementError } from './disagreement.js';
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
 * Tries a call as if it were sent now. What hangs on it is money, whether it would fail or not: so every endpoint is asked,
 * which may be behind or wrong. That it would fail all have to say, of their newest blocks and of the one up to which we
 * know the chain; where they differ about the newest, that one decides, after which all honest ones say the same.
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
  const said = await rpc.fromEveryEndpoint(ask, method);
  const values = said.flatMap((one) => ('value' in one ? [one.value] : []));
  const refusals = said.flatMap((one) => ('refusal' in one ? [one.refusal] : []));
  const [refusal] = refusals;
  if (refusal === undefined || (values.length > 0 && after === null)) return agreedValue(method, values);
  if (after === null) throw new CallRevertedError(refusal);
  const then = await refusedAfter(rpc, after, trial);
  if (values.length > 0) {
    if (then.every((isRefused) => !isRefused)) return agreedValue(method, values);
    throw new RpcError(
      'the pool',
      method,
      `endpoints contradict each other whether it would fail: ${refusal}`,
    );
  }
  if (then.every((isRefused) => isRefused)) throw new CallRevertedError(refusal);
  throw new RpcError('the pool', method, `it would fail now, and not after block ${after}: ${refusal}`);
}

/** Estimates may differ a little with the blocks that they are made after, by so many times at the most. */
const MOST_APART = 2n;

/**
 * Of estimates the middle; of two in the middle the higher, since too little gas is burnt for nothing, unless one of them
 * is far from the other: then nobody knows which is right.
 * @throws DisagreementError
 */
export function agreedGas(estimates: readonly bigint[]): bigint {
  const sorted = [...estimates].sort((one, other) => (one < other ? -1 : Number(one > other)));
  const low = sorted[Math.floor((sorted.length - 1) / 2)] as bigint;
  const high = sorted[Math.floor(sorted.length / 2)] as bigint;
  if (high > MOST_APART * low) throw new DisagreementError('eth_estimateGas', sorted);
  return high;
}

/** What a call returns is looked at by `refusalIn`, and by whoever tries it. */
function agreedValue<M extends 'eth_call' | 'eth_estimateGas'>(
  method: M,
  values: readonly AnswerOf<M, ParamsOf<M>>[],
): AnswerOf<M, ParamsOf<M>> {
  const gas = values.filter((value): value is AnswerOf<M, ParamsOf<M>> & bigint => typeof value === 'bigint');
  if (gas.length > 0) return agreedGas(gas) as AnswerOf<M, ParamsOf<M>>;
  const whole = values.filter(isWhole);
  return agreed(method, whole.length > 0 ? whole : values);
}

/** What a contract returns is words of 32 bytes, or nothing: an endpoint that says something else is broken. */
function isWhole(answer: unknown): boolean {
  return typeof answer === 'string' && (answer.length - 2) % 64 === 0;
}

/** Of each endpoint, also of one that is old, whether the call fails after a block. */
async function refusedAfter<M extends 'eth_call' | 'eth_estimateGas'>(
  rpc: RpcPool,
  blockHash: string,
  { method, call, overrides, refusalIn }: Trial<M>,
): Promise<boolean[]> {
  const refuses = (answer: string) =>
    method === 'eth_call' ? refusalIn(answer as AnswerOf<M, ParamsOf<M>>) : null;
  const params = [call, { blockHash }, ...overrides] as unknown as ParamsOf<'eth_call'>;
  const ask = (one: Rpc) => outcomeOf(() => one.call('eth_call', params), refuses);
  return (await rpc.fromEveryEndpoint(ask, 'eth_call', { isEvenOld: true })).map((one) => 'refusal' in one);
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
