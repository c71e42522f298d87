import { runningMs } from '../../process/running-time.js';
import { type RawHeader } from './answers/raw-block.js';
import { type ParamsOf, type RpcMethod } from './methods.js';
import { type Rpc, type RpcEndpoint, RpcError } from './rpc-endpoint.js';
import { type AsideReason, type Head, isLastResort, type Standing } from './rpc-standing.js';

/** Below it an endpoint is asked after those that do well, whatever the order given. */
const POOR = 0.4;

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

/** One endpoint of a pool: asked only when it serves the right chain, watched by what it tells of its head. */
export class PoolMember {
  private identified: Promise<boolean> | null = null;
  private wasAside: AsideReason | null = null;
  /** When its head was last found to be as high as any other's, in ms since 1970. */
  levelAtMs = Date.now();

  constructor(
    readonly endpoint: RpcEndpoint,
    readonly standing: Standing,
    private readonly chainId: number,
    private readonly onAside?: OnAside,
  ) {}

  /**
   * @param what for the error's message
   * @throws RpcError when it rests or serves another chain, and what `read` throws
   */
  async read<T>(read: (rpc: Rpc) => Promise<T>, what: string): Promise<T> {
    const { endpoint } = this;
    const now = runningMs();
    if (!endpoint.circuit.admits(now))
      throw new RpcError(endpoint.label, what, 'it is left alone, since it keeps failing');
    // What comes back after a failure may be another node.
    if (endpoint.circuit.state(now) !== 'closed') this.identified = null;
    this.identified ??= this.identify();
    if (!(await this.identified)) {
      throw new RpcError(endpoint.label, what, 'it serves another chain', { kind: 'fatal' });
    }
    return read({
      call: async <M extends RpcMethod, const P extends ParamsOf<M>>(method: M, params: P) => {
        const result = await endpoint.call(method, params);
        if (method === 'eth_getBlockByNumber' && params[0] === 'latest') this.sawHead(result as RawHeader);
        return result;
      },
    });
  }

  /** @returns its head; null when it does not say, rests, or serves another chain */
  async head(): Promise<Head | null> {
    if (this.endpoint.circuit.state(runningMs()) === 'open') return null;
    try {
      const isIdentified = await (this.identified ?? this.identify());
      // One that served another chain is asked again each time: its operator may have mended it.
      if (!isIdentified && !(await this.identify())) return null;
      return this.sawHead(await this.endpoint.call('eth_getBlockByNumber', ['latest', false]));
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
    this.standing.servesWrongChain(isRight ? null : chainId);
    this.tell();
  }

  /** What it says of the past counts as long as it serves the right chain and has not been caught lying. */
  isBelieved(): boolean {
    const aside = this.standing.aside(Date.now());
    return aside === null || isLastResort(aside.reason);
  }

  /** 0: it does well; 1: poorly; 2: only where there is no other; 3: not to be asked. */
  rank(lag: number): number {
    const aside = this.standing.aside(Date.now());
    if (aside) return isLastResort(aside.reason) ? 2 : 3;
    return this.endpoint.vitals.score(lag) < POOR ? 1 : 0;
  }

  report(lag: number): EndpointReport {
    const now = Date.now();
    const { endpoint, standing } = this;
    const aside = standing.aside(now);
    const score = endpoint.vitals.score(lag);
    const common = {
      endpoint: endpoint.label,
      head: standing.head?.number ?? null,
      score: Math.round(score * 100) / 100,
    };
    if (aside) return { ...common, state: 'aside', reason: `${aside.reason}: ${aside.detail}` };
    if (endpoint.circuit.state(runningMs()) !== 'closed')
      return { ...common, state: 'resting', reason: 'it keeps failing' };
    return { ...common, state: score < POOR ? 'poor' : 'ok', reason: null };
  }

  /** Tells of a change, once. */
  tell(): void {
    const aside = this.standing.aside(Date.now());
    if ((aside?.reason ?? null) === this.wasAside) return;
    this.wasAside = aside?.reason ?? null;
    this.onAside?.(this.endpoint.label, aside);
  }

  /** @returns whether it serves the chain it should */
  private async identify(): Promise<boolean> {
    try {
      const id = await this.endpoint.call('eth_chainId', []);
      this.identifiedAs(id);
      return id === this.chainId;
    } catch (error) {
      this.identified = null;
      throw error;
    }
  }

  private sawHead({ number, hash, timestamp }: RawHeader): Head {
    const head = { number, hash, timestamp };
    this.standing.sawHead(head, Date.now());
    return head;
  }
}
