import { isDeepStrictEqual } from 'node:util';
import { RpcError } from '../../src/chain/rpc/rpc-error.js';
import { BlockProver } from '../../src/chain/proof/block-prover.js';
import { Sources } from '../../src/chain/rpc/sources.js';
import { RpcPool } from '../../src/chain/rpc/rpc-pool.js';
import { type Answer, type Call, FaultyRpc } from '../harness/faulty-rpc.js';
import { failure } from '../harness/faulty-rpc-faults.js';
import { TestChain } from '../harness/test-chain.js';
import { Random } from '../simulation/random.js';
import { type Mutation, mutated } from './mutations.js';
import { aHistory, type History, type Read, readsOf } from './reads.js';
import { RpcChainReader } from '../../src/chain/reading/chain-reader.js';
import { type Address, type TokenAddress } from '../../src/ids/ids.js';

/** No step may take longer, in ms. */
const LONGEST_STEP_MS = 5_000;
/** So much later than the fault ends, at the most, all is well again: the rest after an answer that was not usable. */
const RECOVERED_AFTER_MS = 15_000;
const NO_METHOD = failure(-32_601, 'the method does not exist/is not available');

export interface Found {
  read: string;
  seed: number;
  how: string;
  what: string;
}

/** Two nodes before one chain, whose answers are the right ones but for what is injected, and are kept. */
export class Fuzz {
  private readonly answers = new Map<string, Promise<Answer>>();
  private clockMs = 0;
  /** Runs in which a changed answer was given at all. */
  reached = 0;
  private readonly realNow = Date.now;

  private constructor(
    private readonly history: History,
    private readonly first: FaultyRpc,
    private readonly second: FaultyRpc,
    readonly reads: Read[],
  ) {}

  static async start(): Promise<Fuzz> {
    const chain = await TestChain.start();
    const history = await aHistory(chain);
    const pool = new RpcPool([chain.url], 31_337, { blockTimeMs: 600_000 });
    const watch = { tokens: new Set<TokenAddress>(), ownAmong: () => Promise.resolve(new Set<Address>()) };
    const block = await new RpcChainReader(pool, new BlockProver('full'), new Sources(), 1_000).block(
      history.number,
      watch,
    );
    pool.close();
    if (block === null) throw new Error('the block is missing');
    const nodes = [await FaultyRpc.start(chain.url), await FaultyRpc.start(chain.url)] as const;
    return new Fuzz(history, ...nodes, readsOf(history, block));
  }

  async stop(): Promise<void> {
    Date.now = this.realNow;
    await Promise.all([this.first.die(), this.second.die(), this.history.chain.stop()]);
  }

  /** @returns what was not as it has to be, null where all was */
  async run(read: Read, seed: number): Promise<Found | null> {
    // Pools rest by the clock: it is set forward between runs and where a rest is waited for.
    Date.now = () => this.realNow() + this.clockMs;
    const random = new Random(seed);
    const right = await this.rightOf(read);
    const told: Mutation[] = [];
    const what = random.chance(0.5)
      ? await this.atFirstOfTwo(read, right, random, told)
      : await this.alone(read, right, random, told);
    if (told.length > 0) this.reached++;
    const name = `${read.method}${read.without ? ` without ${read.without.join(', ')}` : ''}`;
    return what === null ? null : { read: name, seed, how: told.map(({ how }) => how).join(' | '), what };
  }

  private async atFirstOfTwo(
    read: Read,
    right: unknown,
    random: Random,
    told: Mutation[],
  ): Promise<string | null> {
    this.serve(this.first, read, random, told);
    this.serve(this.second, read);
    const pool = this.pool(this.first, this.second);
    try {
      const began = performance.now();
      const got = await outcome(() => read.run(pool));
      const ms = performance.now() - began;
      if ('error' in got) return `failed though the second is well: ${String(got.error)}`;
      if (read.isProved && !isSame(got.value, right)) return `wrong: ${shown(got.value)}`;
      return ms > LONGEST_STEP_MS ? `took ${ms} ms` : null;
    } finally {
      pool.close();
    }
  }

  private async alone(read: Read, right: unknown, random: Random, told: Mutation[]): Promise<string | null> {
    this.serve(this.first, read, random, told);
    const pool = this.pool(this.first);
    try {
      const got = await outcome(() => read.run(pool));
      if ('error' in got && !(got.error instanceof RpcError))
        return `threw what nobody handles: ${String(got.error)}`;
      if ('value' in got && read.isProved && got.value !== null && !isSame(got.value, right))
        return `wrong: ${shown(got.value)}`;
      this.serve(this.first, read);
      this.clockMs += RECOVERED_AFTER_MS;
      const after = await outcome(() => read.run(pool));
      if ('error' in after) return `stood still after the fault: ${String(after.error)}`;
      return isSame(after.value, right) ? null : `wrong after the fault: ${shown(after.value)}`;
    } finally {
      pool.close();
    }
  }

  private pool(...nodes: FaultyRpc[]): RpcPool {
    const urls = nodes.map(({ url }) => url);
    return new RpcPool(urls, 31_337, { blockTimeMs: 600_000, timeoutMs: 3_000 });
  }

  /** @param random null: it answers rightly */
  private serve(node: FaultyRpc, read: Read, random: Random | null = null, told: Mutation[] = []): void {
    node.heal();
    node.inject('*', { kind: 'answer', answer: (call) => this.right(call) });
    if (random !== null) {
      const answer = async (call: Call) => {
        const right = await this.right(call);
        if (!('result' in right)) return right;
        const mutation = mutated(random, right.result, await this.others(call));
        told.push(mutation);
        return mutation.answer;
      };
      node.inject(read.method, { kind: 'answer', answer });
    }
    if (read.without) node.inject(read.without, NO_METHOD);
  }

  private right(call: Call): Promise<Answer> {
    const key = JSON.stringify([call.method, call.params]);
    let known = this.answers.get(key);
    if (!known) {
      known = this.history.chain.rpc(call.method, call.params).then(
        (result) => ({ result }),
        (error: { rpcCode: number; message: string }) => ({
          error: { code: error.rpcCode, message: error.message },
        }),
      );
      this.answers.set(key, known);
    }
    return known;
  }

  /** What the node says of something else, by the same method. */
  private async others({ method, params }: Call): Promise<unknown[]> {
    const [subject, ...rest] = params;
    const { number, other } = this.history;
    if (typeof subject !== 'string') return [];
    const isTransaction = /Transaction(Receipt|ByHash)|traceTransaction|trace_transaction/.test(method);
    const another = isTransaction
      ? other
      : method.endsWith('ByNumber')
        ? `0x${(number - 1).toString(16)}`
        : null;
    if (another === null) return [];
    const answer = await this.right({ method, params: [another, ...rest] });
    return 'result' in answer ? [answer.result] : [];
  }

  private readonly rights = new Map<Read, Promise<unknown>>();

  private rightOf(read: Read): Promise<unknown> {
    let right = this.rights.get(read);
    if (!right) {
      this.serve(this.first, read);
      const pool = this.pool(this.first);
      right = read.run(pool).finally(() => pool.close());
      this.rights.set(read, right);
    }
    return right;
  }
}

/**
 * But for what no hash covers, and nothing is counted by: the node's own numbering of logs, and the sender it names of a
 * native transfer, which only its signature would prove.
 */
function isSame(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(covered(one), covered(other));
}

function covered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(covered);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  const isNative = (value as { kind?: unknown }).kind === 'native';
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== 'logIndex' && !(isNative && name === 'from'))
      .map(([name, inner]) => [name, covered(inner)]),
  );
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
