import { firstDifference, type Contradiction } from './rpc-contradiction.js';
import {
  type EndpointOptions,
  MethodNotFoundError,
  type Rpc,
  RpcEndpoint,
  RpcError,
} from './rpc-endpoint.js';
import { type AsideReason, type Head, isLastResort, Standing } from './rpc-standing.js';
import { UnprovenAnswerError } from './unproven-answer.js';

/** Below it an endpoint is asked after those that do well, whatever the order given. */
const POOR = 0.4;

export interface PoolOptions extends Omit<EndpointOptions, 'label'> {
  blockTimeMs?: number;
  /** Told when an endpoint is put aside, and with null when it is taken back. */
  onAside?: (endpoint: string, aside: { reason: AsideReason; detail: string } | null) => void;
}

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

interface Member {
  endpoint: RpcEndpoint;
  standing: Standing;
  identified: Promise<boolean> | null;
  wasAside: AsideReason | null;
}

/** A chain's endpoints in the order given; a call goes to the first that does well and answers it. */
export class RpcPool implements Rpc {
  private readonly members: Member[];
  private readonly onAside: PoolOptions['onAside'];
  private inspecting: Promise<Contradiction | null> | null = null;
  private agreedOn = -1;
  private foundContradiction: Contradiction | null = null;

  constructor(
    urls: readonly string[],
    private readonly chainId: number,
    { blockTimeMs = 12_000, onAside, ...options }: PoolOptions = {},
  ) {
    this.onAside = onAside;
    this.members = labelled(urls).map(({ url, label }) => ({
      endpoint: new RpcEndpoint(url, chainId, { ...options, label }),
      standing: new Standing(blockTimeMs),
      identified: null,
      wasAside: null,
    }));
  }

  /**
   * @param prove throws UnprovenAnswerError for an answer that does not prove itself: its endpoint is put aside, and the
   * next one is asked
   * @throws MethodNotFoundError when no endpoint has the method
   * @throws UnprovenAnswerError when one gave such an answer, and no other a better one
   * @throws RpcError of the first endpoint that failed otherwise, when none answered
   */
  call<T>(method: string, params: unknown[], prove?: (answer: T) => Promise<void> | void): Promise<T> {
    const read = async (rpc: Rpc): Promise<T> => {
      const answer = await rpc.call<T>(method, params);
      await prove?.(answer);
      return answer;
    };
    return this.fromOneEndpoint(read, method);
  }

  /**
   * Makes several calls to one and the same endpoint, so that they fit together; all of them anew to the next one when
   * a call fails, or when `read` finds that the answers do not prove themselves, which puts the endpoint aside.
   * @param what for the error's message
   * @throws RpcError, UnprovenAnswerError as `read` threw it, when no endpoint could do it
   */
  async fromOneEndpoint<T>(read: (rpc: Rpc) => Promise<T>, what = 'a read'): Promise<T> {
    const failures: Error[] = [];
    for (const member of this.inOrder()) {
      try {
        return await this.readFrom(member, read, what);
      } catch (error) {
        if (error instanceof UnprovenAnswerError) member.standing.gaveUnprovenAnswer(Date.now());
        else if (!(error instanceof RpcError)) throw error;
        failures.push(error);
      } finally {
        this.tell(member);
      }
    }
    const unproven = failures.find((failure) => failure instanceof UnprovenAnswerError);
    const telling = failures.find((failure) => !(failure instanceof MethodNotFoundError)) ?? failures[0];
    throw unproven ?? telling ?? new RpcError('every endpoint', what, this.whyNone());
  }

  /**
   * Asks every endpoint for its chain id.
   * @returns the wrong ones, when no endpoint that answered serves the right one; else an empty list
   * @throws RpcError when none answered
   */
  async wrongChainIds(): Promise<number[]> {
    const answers = await Promise.allSettled(
      this.members.map(({ endpoint }) => endpoint.call<string>('eth_chainId', [])),
    );
    const ids = answers.flatMap((answer, index) => {
      if (answer.status === 'rejected') return [];
      this.identifiedAs(this.members[index] as Member, Number(answer.value));
      return [Number(answer.value)];
    });
    const failed = answers.find((answer) => answer.status === 'rejected');
    if (ids.length === 0)
      throw failed?.reason ?? new RpcError('no endpoint', 'eth_chainId', 'none is configured');
    return ids.includes(this.chainId) ? [] : ids;
  }

  /**
   * Reads every endpoint's head, and compares their blocks at the height that all of them have.
   * @returns where they contradict each other, null where they agree; the last finding when they cannot be compared now
   */
  inspect(): Promise<Contradiction | null> {
    this.inspecting ??= this.inspectAll().finally(() => (this.inspecting = null));
    return this.inspecting;
  }

  private async inspectAll(): Promise<Contradiction | null> {
    const heads = await Promise.all(this.members.map((member) => this.headOf(member)));
    const askable = this.members.filter((_member, index) => heads[index] !== null).filter(isBelieved);
    if (askable.length >= 2) await this.compare(askable);
    return this.foundContradiction;
  }

  /** As `inspect` last found it. */
  get contradiction(): Contradiction | null {
    return this.foundContradiction;
  }

  report(): EndpointReport[] {
    const now = Date.now();
    return this.members.map(({ endpoint, standing }) => {
      const aside = standing.aside(now);
      const score = endpoint.vitals.score(this.lagOf(standing));
      const common = {
        endpoint: endpoint.label,
        head: standing.head?.number ?? null,
        score: Math.round(score * 100) / 100,
      };
      if (aside) return { ...common, state: 'aside' as const, reason: `${aside.reason}: ${aside.detail}` };
      if (endpoint.circuit.state(now) !== 'closed')
        return { ...common, state: 'resting' as const, reason: 'it keeps failing' };
      return { ...common, state: score < POOR ? ('poor' as const) : ('ok' as const), reason: null };
    });
  }

  close(): void {
    this.members.forEach(({ endpoint }) => endpoint.close());
  }

  /** Those that do well as they were given, then those that do poorly, then those that are put aside for being old. */
  private inOrder(): Member[] {
    const now = Date.now();
    const place = ({ endpoint, standing }: Member): number => {
      const aside = standing.aside(now);
      if (aside) return isLastResort(aside.reason) ? 2 : 3;
      return endpoint.vitals.score(this.lagOf(standing)) < POOR ? 1 : 0;
    };
    return this.members
      .map((member) => ({ member, rank: place(member) }))
      .filter(({ rank }) => rank < 3)
      .sort((one, other) => one.rank - other.rank)
      .map(({ member }) => member);
  }

  private async readFrom<T>(member: Member, read: (rpc: Rpc) => Promise<T>, what: string): Promise<T> {
    const { endpoint } = member;
    const now = Date.now();
    if (!endpoint.circuit.admits(now))
      throw new RpcError(endpoint.label, what, 'it is left alone, since it keeps failing');
    // What comes back after a failure may be another node.
    if (endpoint.circuit.state(now) !== 'closed') member.identified = null;
    member.identified ??= this.identify(member);
    if (!(await member.identified)) {
      throw new RpcError(endpoint.label, what, 'it serves another chain', { kind: 'fatal' });
    }
    return read({
      call: async <R>(method: string, params: unknown[]) => {
        const result = await endpoint.call<R>(method, params);
        if (method === 'eth_getBlockByNumber' && params[0] === 'latest') sawHead(member.standing, result);
        return result;
      },
    });
  }

  /** @returns whether it serves the chain it should */
  private async identify(member: Member): Promise<boolean> {
    try {
      const id = Number(await member.endpoint.call<string>('eth_chainId', []));
      this.identifiedAs(member, id);
      return id === this.chainId;
    } catch (error) {
      member.identified = null;
      throw error;
    }
  }

  private identifiedAs(member: Member, id: number): void {
    const isRight = id === this.chainId;
    member.identified = Promise.resolve(isRight);
    member.standing.servesWrongChain(isRight ? null : id);
    this.tell(member);
  }

  /** @returns null when it does not say */
  private async headOf(member: Member): Promise<Head | null> {
    if (member.endpoint.circuit.state(Date.now()) === 'open') return null;
    try {
      const isIdentified = await (member.identified ?? this.identify(member));
      // One that served another chain is asked again each time: its operator may have mended it.
      if (!isIdentified && !(await this.identify(member))) return null;
      const block = await member.endpoint.call('eth_getBlockByNumber', ['latest', false]);
      return sawHead(member.standing, block);
    } catch (error) {
      if (error instanceof RpcError) return null;
      throw error;
    } finally {
      this.tell(member);
    }
  }

  private async compare(members: Member[]): Promise<void> {
    const height = Math.min(...members.map(({ standing }) => standing.head?.number ?? 0));
    const hashesAt = (number: number) =>
      Promise.all(
        members.map(async ({ endpoint }) => {
          const number16 = `0x${number.toString(16)}`;
          const block = await endpoint.call<Head | null>('eth_getBlockByNumber', [number16, false]);
          return { endpoint: endpoint.label, hash: block?.hash ?? null };
        }),
      );
    try {
      this.foundContradiction = await firstDifference(height, this.agreedOn, hashesAt);
      this.agreedOn = this.foundContradiction === null ? height : this.foundContradiction.from - 1;
    } catch (error) {
      // What was known stands until it can be looked at again.
      if (!(error instanceof RpcError)) throw error;
    }
  }

  private lagOf({ head }: Standing): number {
    const highest = Math.max(...this.members.map(({ standing }) => standing.head?.number ?? 0));
    return head === null ? 0 : highest - head.number;
  }

  private tell(member: Member): void {
    const aside = member.standing.aside(Date.now());
    if ((aside?.reason ?? null) === member.wasAside) return;
    member.wasAside = aside?.reason ?? null;
    this.onAside?.(member.endpoint.label, aside);
  }

  private whyNone(): string {
    const reasons = this.report().map(({ endpoint, reason }) => `${endpoint}: ${reason ?? 'was not asked'}`);
    return reasons.length > 0 ? `all are put aside (${reasons.join('; ')})` : 'none is configured';
  }
}

/** What an endpoint says of the past counts as long as it serves the right chain and has not been caught lying. */
function isBelieved({ standing }: Member): boolean {
  const aside = standing.aside(Date.now());
  return aside === null || isLastResort(aside.reason);
}

function sawHead(standing: Standing, block: unknown): Head | null {
  const raw = block as { number?: string; hash?: string; timestamp?: string } | null;
  if (raw?.hash === undefined) return null;
  const head = { number: Number(raw.number), hash: raw.hash, timestamp: Number(raw.timestamp) };
  // What is no block tells nothing of the chain; whoever asked for it finds out for himself.
  if (!Number.isSafeInteger(head.number) || !Number.isSafeInteger(head.timestamp)) return null;
  standing.sawHead(head, Date.now());
  return head;
}

/** Two endpoints of one host, as with two keys of one vendor, are told apart by their place. */
function labelled(urls: readonly string[]): { url: string; label: string }[] {
  const hosts = urls.map((url) => new URL(url).host);
  return urls.map((url, index) => {
    const host = hosts[index] as string;
    const isAlone = hosts.filter((other) => other === host).length === 1;
    return { url, label: isAlone ? host : `${host} (${index + 1})` };
  });
}
