import { runningMs } from '../../process/running-time.js';
import { type RawHeader } from './answers/raw-block.js';
import { type AnswerOf, type ParamsOf, type RpcMethod } from './methods.js';
import { Pace } from './pace.js';
import { UnprovenAnswerError } from './unproven-answer.js';
import { withinMs } from './within-ms.js';
import { type Rpc, type RpcEndpoint, RpcError } from './rpc-endpoint.js';
import { type AsideReason, type Head, isLastResort, type Standing } from './rpc-standing.js';

/** Below it an endpoint is asked after those that do well, whatever the order given. */
const POOR = 0.4;
/** How long an endpoint that was overtaken comes after the others. */
const SLOW_FIRST_MS = 5_000;
const SLOW_LONGEST_MS = 60_000;
/** What is behind by blocks is judged as if they came no faster: where several come in a second, everybody is behind. */
const FASTEST_BLOCKS_MS = 1_250;
/** Compares endpoints, as a kind of read. */
const INSPECTION = 'inspection';

/** Told when an endpoint is put aside, and with null when it is taken back. */
export type OnAside = (endpoint: string, aside: { reason: AsideReason; detail: string } | null) => void;

/** How an endpoint stands. Nothing in it is secret. */
export interface EndpointReport {
  endpoint: string;
  /** `resting`: it kept failing, and is probed now and then. */
  state: 'ok' | 'poor' | 'resting' | 'aside';
  reason: string | null;
  head: number | null;
  /** 0 to 1, by latency, errors and lag. */
  score: number;
}

/** One endpoint of a pool: asked only when it serves the right chain, watched by what it says of its head. */
export class PoolMember {
  private identified: Promise<boolean> | null = null;
  private wasAside: AsideReason | null = null;
  private slowUntilMs = -Infinity;
  private slowMs = SLOW_FIRST_MS;
  private readonly pace = new Pace();
  /** When its head was last found to be as high as any other's, in ms of running time. */
  levelAtMs = runningMs();

  constructor(
    readonly endpoint: RpcEndpoint,
    readonly standing: Standing,
    private readonly chainId: number,
    private readonly onAside?: OnAside,
    private readonly blockTimeMs = FASTEST_BLOCKS_MS,
  ) {}

  /**
   * @param what for the error's message
   * @throws RpcError when it rests or serves another chain, and what `read` throws
   */
  async read<T>(read: (rpc: Rpc) => Promise<T>, what: string): Promise<T> {
    const { endpoint } = this;
    const now = runningMs();
    if (!endpoint.circuit.admits(now))
      throw new RpcError(endpoint.label, what, 'it is left alone, since it keeps failing', {
        kind: endpoint.lastTrouble,
        isNotAsked: true,
      });
    // What comes back after a failure may be another node, and who serves the wrong chain may have been fixed.
    if (endpoint.circuit.state(now) !== 'closed' || this.standing.isChainIdDue(runningMs()))
      this.identified = null;
    try {
      this.identified ??= this.identify();
      if (!(await this.identified)) {
        throw new RpcError(endpoint.label, what, 'it serves another chain', { kind: 'fatal' });
      }
      const beganAt = runningMs();
      const result = await read({ call: (method, params) => this.call(method, params) });
      this.pace.answered(what, runningMs() - beganAt);
      return result;
    } catch (error) {
      if (error instanceof RpcError && error.failure.isSilence) this.pace.wasSilent(what, runningMs());
      throw error;
    } finally {
      endpoint.circuit.release();
    }
  }

  private async call<M extends RpcMethod, const P extends ParamsOf<M>>(
    method: M,
    params: P,
  ): Promise<AnswerOf<M, P>> {
    const askedAtMs = Date.now();
    const answer = await this.endpoint.call(method, params);
    if (method === 'eth_getBlockByNumber' && params[0] === 'latest')
      this.sawHead(answer as RawHeader, askedAtMs);
    return answer;
  }

  /** How long a read of this kind may take before another endpoint is asked as well, in ms. */
  patienceMs(what: string): number {
    return this.pace.patienceMs(what) + this.endpoint.queueMs;
  }

  /** How much longer than the first to answer it may take where all are asked, in ms. */
  graceMs(what: string): number {
    return this.pace.graceMs(what, runningMs(), this.endpoint.answeredAtMs) + this.endpoint.queueMs;
  }

  /** Its grace is over. @returns why it counts as not having answered */
  wasLeftBehind(what: string): RpcError {
    this.pace.wasSilent(what, runningMs());
    const why = 'another answered, and it did not in the time after that';
    return new RpcError(this.endpoint.label, what, why, { kind: 'transient', isSilence: true });
  }

  /** Another endpoint was asked later, and answered sooner: for a while, it is the one to be asked first. */
  wasOvertaken(nowMs: number): void {
    if (nowMs < this.slowUntilMs) return;
    const isAgain = nowMs - this.slowUntilMs < SLOW_LONGEST_MS;
    this.slowMs = isAgain ? Math.min(SLOW_LONGEST_MS, this.slowMs * 2) : SLOW_FIRST_MS;
    this.slowUntilMs = nowMs + this.slowMs;
  }

  /** @returns its head; null when it does not say, rests, or serves another chain */
  async head(): Promise<Head | null> {
    if (this.endpoint.circuit.state(runningMs()) === 'open') return null;
    try {
      const isIdentified = await this.soon(this.identified ?? this.identify());
      // One that served another chain is asked again each time: its operator may have fixed it.
      if (!isIdentified && !(await this.soon(this.identify()))) return null;
      const askedAtMs = Date.now();
      return this.sawHead(await this.inspected('latest'), askedAtMs);
    } catch (error) {
      if (error instanceof RpcError) return null;
      throw error;
    } finally {
      this.tell();
    }
  }

  identifiedAs(chainId: number): void {
    const isRight = chainId === this.chainId;
    this.identified = Promise.resolve(isRight);
    this.standing.servesWrongChain(isRight ? null : chainId, runningMs());
    this.tell();
  }

  /** What it says of the past counts as long as it serves the right chain and has not been caught lying. */
  isBelieved(): boolean {
    const aside = this.standing.aside(runningMs(), Date.now());
    return aside === null || isLastResort(aside.reason);
  }

  /**
   * 0: it does well; 1: poorly; 2: only where there is no other; 3: not even there, but for want of anything better;
   * 4: not to be asked for this now.
   */
  rank(lag: number, what: string): number {
    const now = runningMs();
    const aside = this.standing.aside(now, Date.now());
    if (aside === null) return this.isPoor(lag, now) ? 1 : 0;
    if (aside.reason === 'unproven_answer') return this.standing.isOnlyHopeFor(what, now) ? 3 : 4;
    return isLastResort(aside.reason) || this.standing.isChainIdDue(runningMs()) ? 2 : 4;
  }

  get isAsideForAnAnswer(): boolean {
    return this.standing.aside(runningMs(), Date.now())?.reason === 'unproven_answer';
  }

  /** What it says is true, and was so a while ago. */
  get isAsideForAge(): boolean {
    const aside = this.standing.aside(runningMs(), Date.now());
    return aside !== null && isLastResort(aside.reason);
  }

  /** Its head is old, and has been the same for so long. */
  hasStopped(forMs: number): boolean {
    return this.standing.hasStopped(forMs, runningMs(), Date.now());
  }

  private isPoor(lag: number, nowMs: number): boolean {
    return nowMs < this.slowUntilMs || this.score(lag) < POOR;
  }

  private score(lag: number): number {
    return this.endpoint.vitals.score(lag * Math.min(1, this.blockTimeMs / FASTEST_BLOCKS_MS));
  }

  report(lag: number): EndpointReport {
    const now = runningMs();
    const { endpoint, standing } = this;
    const aside = standing.aside(now, Date.now());
    const score = this.score(lag);
    const common = {
      endpoint: endpoint.label,
      head: standing.head?.number ?? null,
      score: Math.round(score * 100) / 100,
    };
    if (aside) return { ...common, state: 'aside', reason: `${aside.reason}: ${aside.detail}` };
    if (endpoint.circuit.state(runningMs()) !== 'closed')
      return { ...common, state: 'resting', reason: `it keeps failing: ${endpoint.lastTrouble}` };
    if (now < this.slowUntilMs)
      return { ...common, state: 'poor', reason: 'another endpoint was asked later, and answered sooner' };
    if (score < POOR) return { ...common, state: 'poor', reason: 'by its latency, errors and lag' };
    const lacking = endpoint.lackingMethods;
    return { ...common, state: 'ok', reason: lacking.length > 0 ? `it lacks ${lacking.join(', ')}` : null };
  }

  /**
   * Its hash of a block, and the time that it tells of it, which the hash need not cover where headers are not proved;
   * null when it does not have it. @throws RpcError also when it takes long
   */
  async hashAt(number: number): Promise<string | null> {
    const block = await this.inspected(`0x${number.toString(16)}`);
    return block === null ? null : `${block.hash} of ${new Date(block.timestamp * 1000).toISOString()}`;
  }

  /** Others are waiting for it, so not for much longer than it usually takes. @throws RpcError */
  private inspected<T extends string>(block: T) {
    const beganAt = runningMs();
    const asked = this.endpoint.call('eth_getBlockByNumber', [block, false]);
    asked.then(
      () => this.pace.answered(INSPECTION, runningMs() - beganAt),
      () => undefined,
    );
    return this.soon(asked);
  }

  /** A step of the scan may wait for a comparison, which needs nobody's answer. @throws RpcError also when it takes long */
  private soon<T>(answer: Promise<T>): Promise<T> {
    return withinMs(this.pace.inspectionMs(INSPECTION), answer);
  }

  /** Tells of a change, once. */
  tell(): void {
    const aside = this.standing.aside(runningMs(), Date.now());
    if ((aside?.reason ?? null) === this.wasAside) return;
    this.wasAside = aside?.reason ?? null;
    this.onAside?.(this.endpoint.label, aside);
  }

  /** @returns whether it serves the chain it should */
  private async identify(): Promise<boolean> {
    try {
      const id = await this.chainIdNow();
      this.identifiedAs(id);
      return id === this.chainId;
    } catch (error) {
      this.identified = null;
      throw error;
    }
  }

  /** @throws RpcError also when what it says is no chain id: it is not ready then, which says nothing against it */
  async chainIdNow(): Promise<number> {
    const { endpoint } = this;
    try {
      const id = await endpoint.call('eth_chainId', []);
      if (id > 0) return id;
    } catch (error) {
      if (!(error instanceof UnprovenAnswerError)) throw error;
    }
    throw new RpcError(endpoint.label, 'eth_chainId', 'it is not ready: what it gave is no chain id');
  }

  /** @param askedAtMs ms since 1970: the answer may have lain unread while we stood still, and its head grown old in it */
  private sawHead({ number, hash, timestamp }: RawHeader, askedAtMs: number): Head {
    const head = { number, hash, timestamp };
    this.standing.sawHead(head, runningMs(), askedAtMs);
    return head;
  }
}
