import { isDeepStrictEqual } from 'node:util';
import { DisagreementError } from '../../src/chain/accounts/disagreement.js';
import { RpcError } from '../../src/chain/rpc/rpc-error.js';
import { BlockProver } from '../../src/chain/proof/block-prover.js';
import { RpcChainReader } from '../../src/chain/reading/chain-reader.js';
import { Sources } from '../../src/chain/rpc/sources.js';
import { TooFewAnswersError } from '../../src/chain/rpc/agreed-answers.js';
import { RpcPool } from '../../src/chain/rpc/rpc-pool.js';
import { UnprovenAnswerError } from '../../src/chain/rpc/unproven-answer.js';
import { type Answer, type Call } from '../harness/faulty-rpc.js';
import { TestChain } from '../harness/test-chain.js';
import { Random } from '../simulation/random.js';
import { aMishap } from './exchanges.js';
import { mutated } from './mutations.js';
import { aHistory, type History, type Read, readsOf } from './reads.js';
import { RightAnswers } from './right-answers.js';
import { type Tally } from './tally.js';
import { VirtualTime } from './virtual-time.js';
import { type Node, Wire } from './wire.js';
import { type Address, type TokenAddress } from '../../src/ids/ids.js';

/** No step may take longer, in ms of its own waits. */
const LONGEST_STEP_MS = 5_000;
/** How long a fault lasts at an only endpoint; 0: for one read. */
const FAULTS_LAST_MS = [0, 2_000, 10_000, 30_000];
/** As a scanner comes back after a step that failed. */
const AGAIN_AFTER_MS = 500;
/** One endpoint's word is taken where the other refused us for five minutes, and for as long as a step may take. */
const BELIEVED_ALONE_AFTER_MS = 310_000;
/** How often the exchange as a whole goes wrong, and not what is said in it. */
const MISHAPS = 0.2;
const NO_METHOD: Answer = { error: { code: -32_601, message: 'the method does not exist/is not available' } };
const FIRST = 'http://first.node';
const SECOND = 'http://second.node';

/** Where a node is wrong. */
export type Place = 'first of two' | 'alone';

export interface Found {
  read: string;
  seed: number;
  how: string;
  what: string;
}

/**
 * Two nodes of one chain, whose answers are the right ones but for what is injected. The right ones come from a real
 * node, once each; between them and the pool there is no network, and no time but what the pool itself waits for.
 */
export class Fuzz {
  private readonly rights: RightAnswers;
  private readonly found = new Map<Read, unknown>();
  private readonly time = new VirtualTime();
  private readonly wire = new Wire();
  /** Runs in which something was changed at all. */
  reached = 0;
  /** By the run's own time: of the read, or from the end of the fault on. */
  private tookMs = 0;

  private constructor(
    private readonly history: History,
    readonly reads: Read[],
  ) {
    this.rights = new RightAnswers(history, this.time);
  }

  static async start(): Promise<Fuzz> {
    const chain = await TestChain.start();
    const history = await aHistory(chain);
    const pool = new RpcPool([chain.url], 31_337, { blockTimeMs: 600_000 });
    const ownAmong = (addresses: readonly Address[]) =>
      Promise.resolve(new Set(addresses.filter((address) => address === history.shop)));
    const watch = { tokens: new Set<TokenAddress>(), ownAmong };
    const reader = new RpcChainReader(pool, new BlockProver('full'), new Sources(), 1_000);
    const block = await reader.block(history.number, watch);
    pool.close();
    if (block === null) throw new Error('the block is missing');
    return new Fuzz(history, readsOf(history, block));
  }

  async stop(): Promise<void> {
    this.wire.takeUp();
    await this.history.chain.stop();
  }

  /** Runs everything that is read so many times, by one seed after the other. @returns what was not as it has to be */
  async runAll(firstSeed: number, changes: number): Promise<Found[]> {
    const found: Found[] = [];
    for (const read of this.reads) {
      for (let seed = firstSeed; seed < firstSeed + changes; seed++) {
        const wrong = await this.run(read, seed);
        if (wrong !== null) found.push(wrong);
      }
    }
    return found;
  }

  /**
   * @param place as the seed has it, unless told
   * @param tally takes what was changed, and how long it took until all was right
   * @returns what was not as it has to be, null where all was
   */
  async run(read: Read, seed: number, place?: Place, tally?: Tally): Promise<Found | null> {
    const random = new Random(seed);
    const ofSeed = random.chance(0.5) ? 'first of two' : 'alone';
    const told: string[] = [];
    this.tookMs = 0;
    const what = await this.time
      .run(async () => {
        const right = await this.rightOf(read);
        return (place ?? ofSeed) === 'first of two'
          ? this.atFirstOfTwo(read, right, random, told)
          : this.alone(read, right, random, told);
      })
      .catch((error: Error) => error.stack ?? error.message);
    if (told.length > 0) this.reached++;
    tally?.add((place ?? ofSeed) === 'alone', told.length, this.tookMs);
    const name = `${read.method}${read.without ? ` without ${read.without.join(', ')}` : ''}`;
    return what === null ? null : { read: name, seed, how: told.slice(0, 8).join(' | '), what };
  }

  private async atFirstOfTwo(
    read: Read,
    right: unknown,
    random: Random,
    told: string[],
  ): Promise<string | null> {
    this.wire.serve(FIRST, this.faulty(read, random, told));
    this.wire.serve(SECOND, this.rightNode(read));
    const pool = aPool(FIRST, SECOND);
    const began = this.time.now();
    let got = await outcome(() => read.run(pool));
    const ms = this.time.now() - began;
    while (read.needsTwo && isOneAlone(got) && this.time.now() - began < BELIEVED_ALONE_AFTER_MS) {
      await this.time.pass(10 * AGAIN_AFTER_MS);
      got = await outcome(() => read.run(pool));
    }
    this.tookMs = ms;
    pool.close();
    if ('error' in got) {
      if (read.asksAll && got.error instanceof DisagreementError) return null;
      if (read.needsTwo && got.error instanceof UnprovenAnswerError) return null;
      return `failed though the second is well: ${String(got.error)}`;
    }
    if (read.isProved && !isSame(got.value, right)) return `wrong: ${shown(got.value)}`;
    // The scan leaves what needs two for later after two seconds.
    return ms > LONGEST_STEP_MS && !read.needsTwo ? `took ${ms} ms` : null;
  }

  private async alone(read: Read, right: unknown, random: Random, told: string[]): Promise<string | null> {
    this.wire.serve(FIRST, this.faulty(read, random, told));
    const pool = aPool(FIRST);
    try {
      const lastsMs = random.pick(FAULTS_LAST_MS);
      const endsAt = this.time.now() + lastsMs;
      do {
        const got = await outcome(() => read.run(pool));
        if ('error' in got && !(got.error instanceof RpcError))
          return `threw what nobody handles: ${String(got.error)}`;
        if (
          'value' in got &&
          read.isProved &&
          got.value !== null &&
          !isSame(got.value, right) &&
          read.isAsGood?.(got.value, right) !== true
        )
          return `wrong: ${shown(got.value)}`;
        await this.time.pass(AGAIN_AFTER_MS);
      } while (this.time.now() < endsAt);
      this.wire.serve(FIRST, this.rightNode(read));
      return await this.recovery(read, right, pool, Math.max(lastsMs, LONGEST_STEP_MS));
    } finally {
      pool.close();
    }
  }

  private async recovery(
    read: Read,
    right: unknown,
    pool: RpcPool,
    withinMs: number,
  ): Promise<string | null> {
    const healedAt = this.time.now();
    for (;;) {
      const got = await outcome(() => read.run(pool));
      this.tookMs = this.time.now() - healedAt;
      if ('value' in got && isSame(got.value, right)) return null;
      if ('error' in got && !(got.error instanceof RpcError)) return `threw: ${String(got.error)}`;
      const said = 'value' in got ? shown(got.value) : String(got.error);
      if (this.tookMs > withinMs)
        return `not right ${this.tookMs} ms after the fault, which may take ${withinMs}: ${said}`;
      await this.time.pass(AGAIN_AFTER_MS);
    }
  }

  private rightNode({ without }: Read): Node {
    return {
      answer: (call) =>
        without?.some((method) => method === call.method) ? NO_METHOD : this.rights.to(call),
    };
  }

  /** Answers to the method that is read are changed, each in its own way; or the exchanges that hold them. */
  private faulty(read: Read, random: Random, told: string[]): Node {
    const right = this.rightNode(read);
    const mishap = random.chance(MISHAPS) ? aMishap(random) : null;
    const isMeant = ({ method }: Call) => method === read.method;
    if (mishap) {
      return {
        ...right,
        exchange: async (exchange, calls) => {
          if (!calls.some(isMeant)) return exchange;
          told.push(mishap.how);
          if (mishap.lateMs > 0) await this.time.pass(mishap.lateMs);
          return mishap.change(exchange);
        },
      };
    }
    return {
      answer: async (call) => {
        const answer = await right.answer(call);
        if (!isMeant(call) || !('result' in answer)) return answer;
        const mutation = mutated(random, answer.result, await this.rights.others(call));
        told.push(mutation.how);
        return mutation.answer;
      },
    };
  }

  private async rightOf(read: Read): Promise<unknown> {
    if (this.found.has(read)) return this.found.get(read);
    this.wire.serve(FIRST, this.rightNode(read));
    const pool = aPool(FIRST);
    const right = await read.run(pool);
    pool.close();
    this.found.set(read, right);
    return right;
  }
}

function aPool(...urls: string[]): RpcPool {
  return new RpcPool(urls, 31_337, { blockTimeMs: 600_000, timeoutMs: 3_000 });
}

/** But for what no hash covers, and nothing is counted by: the node's numbering of logs, and the sender that a trace names. */
function isSame(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(covered(one), covered(other));
}

function covered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(covered);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  const hasNamedSender = (value as { kind?: unknown }).kind === 'internal';
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== 'logIndex' && !(hasNamedSender && name === 'from'))
      .map(([name, inner]) => [name, covered(inner)]),
  );
}

function isOneAlone(got: { value: unknown } | { error: unknown }): boolean {
  return 'error' in got && got.error instanceof TooFewAnswersError;
}

async function outcome<T>(run: () => Promise<T>): Promise<{ value: T } | { error: unknown }> {
  try {
    return { value: await run() };
  } catch (error) {
    return { error };
  }
}

function shown(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'bigint' ? `${inner}` : inner,
  )?.slice(0, 400);
}
