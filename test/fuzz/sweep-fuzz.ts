import { type RpcMethod } from '../../src/chain/rpc/methods.js';
import { SweepMover } from '../../src/sweeper/sweep-mover.js';
import { FaultyRpc } from '../harness/faulty-rpc.js';
import { failure } from '../harness/faulty-rpc-faults.js';
import { SweepWorld, TREASURY } from '../harness/sweep-world.js';
import { TestChain } from '../harness/test-chain.js';
import { Random } from '../simulation/random.js';
import { changing, Unhandled } from './changing.js';
import { type Found } from './fuzz.js';
import { type Tally } from './tally.js';

const ETHER = 10n ** 18n;
const LONGEST_STEP_MS = 5_000;
/** As long as the fault lasts, unless so many answers were changed before. */
const LONGEST_FAULT_MS = 4_000;
const CHANGED = [1, 5, 20];
const WINDOWS_AN_APP = 5;
/** A sweep has to be mined and final, which is many steps. */
const STEPS = 6;
/** After a window that went wrong. */
const LONGEST_REST_MS = 120_000;
const NO_METHOD = failure(-32_601, 'the method does not exist/is not available');

export interface SweepTarget {
  method: RpcMethod;
  without?: RpcMethod[];
}

/** What is asked for by whoever moves money; what else it asks for is the scan's. */
export const SWEEP_TARGETS: readonly SweepTarget[] = [
  { method: 'eth_maxPriorityFeePerGas' },
  { method: 'eth_gasPrice', without: ['eth_maxPriorityFeePerGas'] },
  { method: 'eth_feeHistory', without: ['eth_maxPriorityFeePerGas'] },
  { method: 'eth_estimateGas' },
  { method: 'eth_getTransactionCount' },
  { method: 'eth_sendRawTransaction' },
  { method: 'eth_getTransactionReceipt' },
  { method: 'eth_getBalance' },
  { method: 'eth_call' },
  { method: 'eth_getProof' },
  { method: 'eth_getBlockByHash' },
  { method: 'eth_getBlockByNumber' },
  { method: 'eth_getBlockReceipts' },
];

/** What of one window there is when it ends. */
interface Books {
  native: bigint;
  token: bigint;
  fees: bigint;
}

/** A started app that sweeps what it is paid, whose node's answers are changed during windows. */
export class SweepFuzz {
  private readonly unhandled = new Unhandled();
  private windowsLeft = WINDOWS_AN_APP;
  /** Ms from a plan until what was paid is settled, with nothing wrong. */
  private usualMs = 0;

  private constructor(
    private readonly world: SweepWorld,
    private readonly first: FaultyRpc,
    private readonly second: FaultyRpc,
    private readonly isAlone: boolean,
  ) {}

  static async start(isAlone: boolean): Promise<SweepFuzz> {
    const chain = await TestChain.start();
    const [first, second] = [await FaultyRpc.start(chain.url), await FaultyRpc.start(chain.url)];
    const rpcUrls = isAlone ? [first.url] : [first.url, second.url];
    const fuzz = new SweepFuzz(await SweepWorld.on(chain, {}, { rpcUrls }), first, second, isAlone);
    await fuzz.measure();
    return fuzz;
  }

  async stop(): Promise<void> {
    this.unhandled.stop();
    await this.world.stop();
    await Promise.all([this.first.die(), this.second.die()]);
  }

  /** What is slow with nothing wrong is the machine. */
  private async measure(): Promise<void> {
    const paid = [await this.world.paid(ETHER), await this.world.paidToken(1_000_000n)];
    const began = performance.now();
    this.planSoon();
    for (const { id } of paid) await this.world.settled(id);
    this.usualMs = performance.now() - began;
  }

  /** One window. @returns what was not as it has to be, null where all was */
  async run(target: SweepTarget, seed: number, tally: Tally): Promise<Found | null> {
    if (this.windowsLeft-- === 0) {
      await this.world.restart();
      this.unhandled.begin();
      this.windowsLeft = WINDOWS_AN_APP;
    }
    const told: string[] = [];
    const took = { ms: 0 };
    const what = await this.window(target, new Random(seed), told, took).catch(
      (error: Error) => error.message,
    );
    [this.first, this.second].forEach((node) => node.heal());
    tally.add(this.isAlone, told.length, took.ms);
    if (what === null) return null;
    this.windowsLeft = 0;
    await this.comeToRest();
    const where = this.isAlone ? 'alone' : 'first of two';
    return {
      read: `sweeping, ${target.method}, ${where}`,
      seed,
      how: told.slice(0, 12).join(' | '),
      what: what.slice(0, 3_000),
    };
  }

  private async window(
    { method, without = [] }: SweepTarget,
    random: Random,
    told: string[],
    took: { ms: number },
  ): Promise<string | null> {
    const { world } = this;
    const before = await this.books();
    const [native, token] = [
      BigInt(random.between(1, 50)) * ETHER,
      BigInt(random.between(1, 1_000)) * 10n ** 6n,
    ];
    const paid = [await world.paid(native), await world.paidToken(token)];
    for (const node of [this.first, this.second]) if (without.length > 0) node.inject(without, NO_METHOD);
    const end = this.first.inject(method, changing(random, told));
    const enough = random.pick(CHANGED);
    const endsAtMs = Date.now() + LONGEST_FAULT_MS;
    this.planSoon();
    const areSettled = async () => {
      const all = await Promise.all(paid.map(({ id }) => world.app.payment(id)));
      return all.every(({ status }) => status === 'settled');
    };
    await world.mineUntil(
      'the fault to end',
      async () => told.length >= enough || Date.now() > endsAtMs || (await areSettled()),
    );
    end();
    const began = performance.now();
    this.planSoon();
    await world.mineUntil('payments settled', areSettled, STEPS * LONGEST_STEP_MS + 3 * this.usualMs);
    took.ms = performance.now() - began;
    return this.wrongness(
      before,
      { native, token },
      paid.map(({ id }) => id),
    );
  }

  /** As the schedule does; what fails is planned again in the next turn. */
  private planSoon(): void {
    this.world.app.get(SweepMover).planNext({ chainId: this.world.chain.config.chainId });
  }

  /** What a window left over would be in the books of the next one. */
  private async comeToRest(): Promise<void> {
    const areAllSettled = async () => {
      const [row] = await this.world.app.database.dataSource.query<{ open: string }[]>(
        `SELECT count(*) AS open FROM payments WHERE status = 'confirmed'`,
      );
      return row?.open === '0';
    };
    this.planSoon();
    await this.world.mineUntil('what is left to be settled', areAllSettled, LONGEST_REST_MS);
  }

  private async books(): Promise<Books> {
    const { world } = this;
    // Gas for tokens is sent by the tank, and what is left of it comes back: only sweeps bring anything to the treasury.
    const [row] = await world.app.database.dataSource.query<{ fees: string }[]>(
      `SELECT COALESCE(sum(outgoing.fee), 0) AS fees FROM outgoing_transactions outgoing
       JOIN sweeps sweep ON sweep.outgoing_id = outgoing.id WHERE sweep.token_address IS NULL`,
    );
    return {
      native: await world.native(TREASURY),
      token: await world.token(TREASURY),
      fees: BigInt(row?.fees ?? 0),
    };
  }

  private async wrongness(
    before: Books,
    paid: Pick<Books, 'native' | 'token'>,
    payments: readonly string[],
  ): Promise<string | null> {
    const { world } = this;
    const after = await this.books();
    const native = after.native - before.native + after.fees - before.fees;
    if (native !== paid.native)
      return `wrong: ${paid.native} wei were paid, ${native} arrived or were paid for gas`;
    const token = after.token - before.token;
    if (token !== paid.token) return `wrong: ${paid.token} of the token were paid, ${token} arrived`;
    for (const id of payments) {
      const times = await world.timesTold(id);
      if (times !== 1) return `wrong: settled was told ${times} times`;
    }
    return this.unhandled.found(world.app.log);
  }
}
