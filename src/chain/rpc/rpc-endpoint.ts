import { runningMs } from '../../process/running-time.js';
import { setTimeout as delay } from 'node:timers/promises';
import { NotAsExpected } from './answers/shape.js';
import { Circuit } from './rpc-circuit.js';
import { classify, type RpcFailure, type RpcFailureKind } from './rpc-failure.js';
import { type AnswerOf, type ParamsOf, readAnswer, type RpcMethod } from './methods.js';
import { MethodNotFoundError, RpcError } from './rpc-error.js';
import { TokenBucket } from './rpc-token-bucket.js';
import { Silence } from './silence.js';
import { LackingMethods } from './lacking-methods.js';
import { RefusedError, type RpcRefusal } from './rpc-refusal.js';
import { NoAnswerError } from './rpc-http.js';
import { RpcTransport } from './rpc-transport.js';
import { Vitals } from './rpc-vitals.js';
import { WrongShapeError } from './unproven-answer.js';
import { steadyMs } from '../../process/steady-time.js';

export { MethodNotFoundError, RpcError } from './rpc-error.js';

const TIMEOUT_MS = 10_000;
/** Heads are asked for every few seconds; one that is left alone is probed more than once a minute. */
const SILENCE_GAP_OF_MS = 60_000;

/** Asks a chain's node. */
export interface Rpc {
  /**
   * @returns the answer as `methods.ts` reads it
   * @throws MethodNotFoundError when the node lacks the method
   * @throws WrongShapeError when the answer has not the form it should have, or is about something else
   * @throws RpcError for every other failure
   */
  call<M extends RpcMethod, const P extends ParamsOf<M>>(method: M, params: P): Promise<AnswerOf<M, P>>;
}

export interface EndpointOptions {
  /** As it is named in logs, metrics and health; without it, the URL's host and port. */
  label?: string;
  /** Of each call. */
  timeoutMs?: number;
  /** Null: as many as there are. */
  requestsPerSecond?: number | null;
  /** Told of every call, with the failure's kind or null. */
  onCall?: (endpoint: string, method: string, failure: RpcFailureKind | null, ms: number) => void;
}

/** The endpoint is at fault for these, and is left alone when there are many; the rest are answers of a kind. */
const TROUBLE: readonly RpcFailureKind[] = ['rate_limited', 'unauthorized', 'internal', 'transient'];

/** Of the state after a block: where a node no longer has it, some say nothing at all (Besu with Bonsai, its issue 6926). */
const OF_STATE: readonly RpcMethod[] = [
  'eth_getBalance',
  'eth_getTransactionCount',
  'eth_getCode',
  'eth_getProof',
  'eth_call',
];

const WITHOUT_STATE: RpcRefusal = { message: 'nothing: the state of this block is not available there' };

/** What a contract's code has a part in: that it takes too long, or makes a node stumble, may be due to that alone. */
const RUNNING_CODE: readonly string[] = ['eth_call', 'eth_estimateGas', 'eth_simulateV1'];
/** So these failures of it say nothing of the endpoint, which shows by its other calls whether it is well. */
const OF_THE_CODE: readonly RpcFailureKind[] = ['internal', 'transient'];

/** One JSON-RPC endpoint. */
export class RpcEndpoint implements Rpc {
  /** Host and port only: paths and queries of RPC URLs hold API keys. */
  readonly label: string;
  readonly circuit = new Circuit();
  readonly vitals = new Vitals();
  /** When anything came of a call, an answer or a refusal, in running ms. */
  answeredAtMs = -Infinity;
  private readonly silence = new Silence();
  /** What went wrong the last time that it was in trouble. */
  lastTrouble: RpcFailureKind = 'transient';
  private readonly lacking = new LackingMethods();
  private readonly transport: RpcTransport;
  private readonly bucket: TokenBucket | null;
  private readonly onCall: EndpointOptions['onCall'];

  constructor(url: string, options: EndpointOptions = {}) {
    this.label = options.label ?? new URL(url).host;
    this.transport = new RpcTransport(url, options.timeoutMs ?? TIMEOUT_MS);
    const { requestsPerSecond } = options;
    this.bucket = requestsPerSecond == null ? null : new TokenBucket(requestsPerSecond, steadyMs());
    this.onCall = options.onCall;
  }

  async call<M extends RpcMethod, const P extends ParamsOf<M>>(
    method: M,
    params: P,
  ): Promise<AnswerOf<M, P>> {
    if (this.lacking.has(method, steadyMs())) throw this.lacks(method);
    const waitMs = this.bucket?.take(steadyMs()) ?? 0;
    if (waitMs > 0) await delay(waitMs);
    const beganAt = runningMs();
    try {
      const result: unknown = await this.transport.send(method, params);
      this.answeredAtMs = runningMs();
      if (result === null && OF_STATE.includes(method)) throw new RefusedError(WITHOUT_STATE);
      const answer = readAnswer(method, params, result);
      this.lacking.answered(method);
      this.told(method, null, runningMs() - beganAt);
      return answer;
    } catch (error) {
      if (error instanceof NotAsExpected || error instanceof RangeError) {
        this.told(method, { kind: 'unproven' }, runningMs() - beganAt);
        throw new WrongShapeError(this.label, method, error.message);
      }
      const refusal = refusalOf(error);
      const isSilence = error instanceof NoAnswerError;
      if (!isSilence) this.answeredAtMs = runningMs();
      const failure = {
        ...classify({ method, ...refusal }),
        ...(isSilence ? { isSilence } : {}),
        ...(refusal.code === undefined ? {} : { isAnswered: true }),
      };
      this.told(method, failure, runningMs() - beganAt);
      if (failure.kind === 'unsupported') {
        this.lacking.refused(method, steadyMs());
        throw this.lacks(method);
      }
      throw new RpcError(this.label, method, refusal.message, failure);
    }
  }

  /** How long a call would wait now for its turn by `requestsPerSecond`, in ms. */
  get queueMs(): number {
    return this.bucket?.waitMs(steadyMs()) ?? 0;
  }

  /** For how long nothing but trouble has come of it, whatever it was asked, in running ms. */
  get silentMs(): number {
    return this.silence.lastedMs(runningMs(), SILENCE_GAP_OF_MS);
  }

  /** Methods that it said it does not have, as long as they are not asked for. */
  get lackingMethods(): string[] {
    return this.lacking.names(steadyMs());
  }

  close(): void {
    this.transport.close();
  }

  private lacks(method: string): MethodNotFoundError {
    const why = 'the node does not have this method';
    return new MethodNotFoundError(this.label, method, why, { kind: 'unsupported' });
  }

  private told(method: string, failure: RpcFailure | null, ms: number): void {
    const isTrouble = failure !== null && TROUBLE.includes(failure.kind);
    if (isTrouble) this.lastTrouble = failure.kind;
    this.vitals.called(!isTrouble && failure?.kind !== 'unproven', ms);
    const isOfCode = failure !== null && RUNNING_CODE.includes(method) && OF_THE_CODE.includes(failure.kind);
    if (isOfCode) this.circuit.release();
    else if (isTrouble) this.circuit.failed(runningMs(), failure.retryAfterMs);
    else this.circuit.succeeded();
    if (!isTrouble) this.silence.answered();
    else if (!isOfCode) this.silence.wasSilent(runningMs(), SILENCE_GAP_OF_MS);
    this.onCall?.(this.label, method, failure?.kind ?? null, ms);
  }
}

/** Only what the node said goes further: what else is thrown may carry the URL. */
function refusalOf(error: unknown): RpcRefusal {
  return error instanceof RefusedError ? error.refusal : { message: 'the connection failed' };
}
