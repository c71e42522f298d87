import { stoodStillSince } from '../../process/running-time.js';
import { type AnswerOf, type ParamsOf, type RpcMethod } from './methods.js';
import { labelled } from './endpoint-labels.js';
import { askEach, candidate, isGone, notAsked, type Told } from './asked-members.js';
import { firstAnswer } from './first-answer.js';
import { PoolComparison } from './pool-comparison.js';
import { type Contradiction } from './rpc-contradiction.js';
import {
  type EndpointOptions,
  MethodNotFoundError,
  type Rpc,
  RpcEndpoint,
  RpcError,
} from './rpc-endpoint.js';
import { type EndpointReport, type OnAside, PoolMember } from './rpc-pool-member.js';
import { UnknownHereError, withBeside } from './rpc-error.js';
import { Standing } from './rpc-standing.js';
import { UnprovenAnswerError } from './unproven-answer.js';
import { runningMs } from '../../process/running-time.js';

/** What one endpoint may have before another, blocks by a tag such as `finalized` included. */
const KNOWN_BY_SOME: readonly RpcMethod[] = [
  'eth_getBlockByNumber',
  'eth_getBlockByHash',
  'eth_getTransactionReceipt',
  'eth_getTransactionByHash',
];

/**
 * One whose head is old, and so far behind another's, has no say where all are asked. Where blocks come only now and then,
 * every head is old until the next block, and who was not asked since that came is a block or two behind.
 */
const BEHIND_BLOCKS = 10;

export interface AskAll {
  /** How much longer than the first any of them may take, where that is less than usual. */
  mostGraceMs?: number;
  /** Those that are old are asked beside the others: for what does not hang on the newest block. */
  isEvenOld?: boolean;
}

export interface PoolOptions extends Omit<EndpointOptions, 'label'> {
  blockTimeMs?: number;
  onAside?: OnAside;
}

/** A chain's endpoints in the order given; a call goes to the first that does well and answers it. */
export class RpcPool implements Rpc {
  private readonly members: PoolMember[];
  private readonly comparison: PoolComparison;

  constructor(
    urls: readonly string[],
    private readonly chainId: number,
    { blockTimeMs = 12_000, onAside, ...options }: PoolOptions = {},
  ) {
    this.members = labelled(urls).map(({ url, label }) => {
      const endpoint = new RpcEndpoint(url, { ...options, label });
      return new PoolMember(
        endpoint,
        new Standing(blockTimeMs, stoodStillSince),
        chainId,
        onAside,
        blockTimeMs,
      );
    });
    this.comparison = new PoolComparison(this.members, blockTimeMs);
  }

  /** How many endpoints are configured. */
  get size(): number {
    return this.members.length;
  }

  /**
   * @param prove throws UnprovenAnswerError for an answer that does not prove itself: its endpoint is put aside, and the
   * next one is asked
   * @returns what the first endpoint that answers says; of a block or transaction, null only when none of them knows it
   * @throws MethodNotFoundError when no endpoint has the method
   * @throws UnprovenAnswerError when one gave such an answer, and no other a better one
   * @throws RpcError of the first endpoint that failed otherwise, when none answered
   */
  call<M extends RpcMethod, const P extends ParamsOf<M>>(
    method: M,
    params: P,
    prove?: (answer: AnswerOf<M, P>) => Promise<void> | void,
  ): Promise<AnswerOf<M, P>> {
    const read = async (rpc: Rpc): Promise<AnswerOf<M, P>> => {
      const answer = await rpc.call(method, params);
      if (answer === null && KNOWN_BY_SOME.includes(method)) throw new UnknownHereError(method);
      await prove?.(answer);
      return answer;
    };
    return this.fromOneEndpoint(read, method).catch((error: unknown) => {
      if (error instanceof UnknownHereError) return null as AnswerOf<M, P>;
      throw error;
    });
  }

  /**
   * Makes several calls to one and the same endpoint, so that they fit together; all of them again to the next one when
   * a call fails, or when `read` finds that the answers do not prove themselves, which puts the endpoint aside. Where it
   * takes longer than usual, the next one is asked as well, so that `read` may run twice at a time.
   * @param what is read, always by the same name: how long it takes and what goes wrong with it is remembered by that
   * @throws RpcError, UnprovenAnswerError as `read` threw it, when no endpoint could do it
   */
  async fromOneEndpoint<T>(read: (rpc: Rpc) => Promise<T>, what = 'a read'): Promise<T> {
    const members = this.inOrder(what);
    const outcome = await firstAnswer(members.map((member) => candidate(member, read, what)));
    if ('answer' in outcome) return outcome.answer;
    const { failures } = outcome;
    const unknown = failures.find((failure) => failure instanceof UnknownHereError);
    const unproven = failures.find((failure) => failure instanceof UnprovenAnswerError);
    const telling = failures.find((failure) => !(failure instanceof MethodNotFoundError)) ?? failures[0];
    const thrown = unknown ?? unproven ?? telling ?? new RpcError('every endpoint', what, this.whyNone());
    const waitedFor = failures.filter((_failure, index) => !isGone(members[index]?.endpoint));
    throw withBeside(thrown, [...waitedFor, ...this.asideForAnAnswer(what)]);
  }

  /**
   * Makes the same call to every endpoint that may be asked: for what is not believed when one alone says it, as that
   * something is not there. One that takes seconds longer than the first to answer counts as not having answered. Those
   * that are put aside for being old, and far behind others, are asked only where none of the others answers: what they
   * say of the newest block is what was so then.
   * @param read is told the endpoint's name as well
   * @param what as in `fromOneEndpoint`
   * @returns what those say that answered, in their order
   * @throws RpcError, UnprovenAnswerError of the first that failed, when none answered
   */
  async fromEveryEndpoint<T>(
    read: (rpc: Rpc, endpoint: string) => Promise<T>,
    what = 'a read',
    { mostGraceMs, isEvenOld = false }: AskAll = {},
  ): Promise<T[]> {
    const members = this.inOrder(what);
    const current = isEvenOld ? members : members.filter((member) => !this.isFarBehind(member));
    const old = members.filter((member) => !current.includes(member));
    const told = await askEach(current, read, what, mostGraceMs);
    if (!told.some((one) => 'answer' in one)) told.push(...(await askEach(old, read, what, mostGraceMs)));
    const given = told.flatMap((one) => ('answer' in one ? [one.answer] : []));
    if (given.length > 0) return given;
    const failed = told.flatMap((one) => ('failure' in one && !one.isAside ? [one] : []));
    const thrown = failed[0]?.failure ?? new RpcError('every endpoint', what, this.whyNone());
    const waitedFor = failed.filter((one) => !isGone(one)).map(({ failure }) => failure);
    throw withBeside(thrown, [...waitedFor, ...this.asideForAnAnswer(what)]);
  }

  /**
   * As `fromEveryEndpoint`, and what became of it at each: of those that may not be asked now, that they were not.
   * @param read is told the endpoint's name as well
   * @param isEvenAside asks those too that are put aside for an answer: one that lies may have had an honest one put aside
   */
  async askEach<T>(
    read: (rpc: Rpc, endpoint: string) => Promise<T>,
    what = 'a read',
    mostGraceMs = Infinity,
    isEvenAside = false,
  ): Promise<Told<T>[]> {
    const well = this.inOrder(what);
    const aside = this.members.filter((member) => !well.includes(member) && member.isAsideForAnAnswer);
    const members = isEvenAside ? [...well, ...aside] : well;
    const left = this.members.filter((member) => !members.includes(member));
    const told = await askEach(members, read, what, mostGraceMs);
    return [
      ...told.map((one, index) =>
        this.isFarBehind(members[index] as PoolMember) ? { ...one, isBehind: true } : one,
      ),
      ...left.map((member) => notAsked(member, what)),
    ];
  }

  /** For what an endpoint said that cannot be right, as comparing it with others shows. */
  putAside(endpoint: string, what: string, reason: string): void {
    const member = this.members.find((one) => one.endpoint.label === endpoint);
    member?.standing.gaveUnprovenAnswer(what, reason, runningMs());
    member?.tell();
  }

  /**
   * Asks every endpoint for its chain id.
   * @returns the wrong ones, when no endpoint that answered serves the right one; else an empty list
   * @throws RpcError when none answered
   */
  async wrongChainIds(): Promise<number[]> {
    const answers = await Promise.allSettled(this.members.map((member) => member.chainIdNow()));
    const ids = answers.flatMap((answer, index) => {
      if (answer.status === 'rejected') return [];
      this.members[index]?.identifiedAs(answer.value);
      return [answer.value];
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
    return this.comparison.inspect();
  }

  /** As `inspect` last found it. */
  get contradiction(): Contradiction | null {
    return this.comparison.contradiction;
  }

  /**
   * The lowest block that `inspect` found missing on an endpoint that had kept up until then, and will show in a moment
   * whether it has the same one; null where all have all, and for those that stay behind.
   */
  get unshownFrom(): number | null {
    return this.comparison.unshownFrom;
  }

  report(): EndpointReport[] {
    return this.members.map((member) => member.report(this.lagOf(member)));
  }

  close(): void {
    this.members.forEach(({ endpoint }) => endpoint.close());
  }

  /**
   * Those that do well as they were given, then those that do poorly, then those that are put aside for being old. Where
   * there is nobody else, those whose answers could not be right: they are checked again.
   */
  private inOrder(what: string): PoolMember[] {
    const ranked = this.members.map((member) => ({ member, rank: member.rank(this.lagOf(member), what) }));
    const most = ranked.some(({ rank }) => rank < 3) ? 2 : 3;
    return ranked
      .filter(({ rank }) => rank <= most)
      .sort((one, other) => one.rank - other.rank)
      .map(({ member }) => member);
  }

  private isFarBehind(member: PoolMember): boolean {
    return member.isAsideForAge && this.lagOf(member) >= BEHIND_BLOCKS;
  }

  private lagOf({ standing: { head } }: PoolMember): number {
    const highest = Math.max(...this.members.map(({ standing }) => standing.head?.number ?? 0));
    return head === null ? 0 : highest - head.number;
  }

  /** Those that have an answer, perhaps, and are not asked for it now. */
  private asideForAnAnswer(what: string): RpcError[] {
    return this.members.flatMap((member) => {
      if (!member.isAsideForAnAnswer) return [];
      return [new RpcError(member.endpoint.label, what, 'it is put aside')];
    });
  }

  private whyNone(): string {
    const reasons = this.report().map(({ endpoint, reason }) => `${endpoint}: ${reason ?? 'was not asked'}`);
    return reasons.length > 0 ? `all are put aside (${reasons.join('; ')})` : 'none is configured';
  }
}
