import { type ChainConfig } from '../../src/config/chains.js';
import { tokenId } from '../../src/ids/token-id.js';
import { type RpcMethod } from '../../src/chain/rpc/methods.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { TestApp } from '../harness/app.js';
import { FaultyRpc } from '../harness/faulty-rpc.js';
import { failure, staleHead } from '../harness/faulty-rpc-faults.js';
import { PayerContract } from '../harness/payer-contract.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';
import { Random } from '../simulation/random.js';
import { changing, Unhandled } from './changing.js';
import { type Found } from './fuzz.js';
import { Tally } from './tally.js';

/** No step may take longer, in ms. */
const LONGEST_STEP_MS = 5_000;
/** An app that has seen many faults leaves endpoints alone for a minute: then nothing of theirs is read. */
const WINDOWS_AN_APP = 5;
/** At an only endpoint: after so many changed answers the fault is over, or after so long. */
const CHANGED = [1, 2, 5];
const LONGEST_FAULT_MS = 3_000;
/** An only endpoint is wrong for so long while the app starts. */
const FAULTY_START_MS = 1_000;
/** Blocks that come at once: each of them is asked about, and each answer is changed. */
const BLOCKS = [1, 20, 60];
const NO_METHOD = failure(-32_601, 'the method does not exist/is not available');
const REFUSED = failure(-32_602, 'invalid argument 1: not served here');

/** What is changed in a window. */
interface Target {
  method: RpcMethod;
  /** How value that contracts send is looked for. */
  internal: ChainConfig['internalTransfers'];
  /** What neither node has meanwhile, so that this method is asked. */
  without?: RpcMethod[];
  /** What both have and refuse for these blocks. */
  refused?: RpcMethod[];
  /** Whether it may lie in the right form about what contracts send, and be believed: docs/chains.md says where. */
  isBelieved?: true;
}

/** Every method that a running app asks for by itself while payments come in. */
export const TARGETS: readonly Target[] = [
  { method: 'eth_chainId', internal: 'balance' },
  { method: 'eth_getBlockByNumber', internal: 'balance' },
  { method: 'eth_getBlockReceipts', internal: 'balance' },
  { method: 'eth_getTransactionReceipt', internal: 'balance', without: ['eth_getBlockReceipts'] },
  { method: 'eth_getLogs', internal: 'balance', without: ['eth_getBlockReceipts'] },
  { method: 'eth_getBlockByHash', internal: 'balance' },
  { method: 'eth_getProof', internal: 'balance' },
  { method: 'eth_getBalance', internal: 'balance', isBelieved: true },
  { method: 'eth_call', internal: 'balance', isBelieved: true },
  { method: 'debug_traceBlockByHash', internal: 'trace', isBelieved: true },
  {
    method: 'trace_block',
    internal: 'trace',
    without: ['debug_traceBlockByHash', 'debug_traceTransaction'],
    isBelieved: true,
  },
  {
    method: 'debug_traceTransaction',
    internal: 'trace',
    refused: ['debug_traceBlockByHash', 'trace_block'],
    isBelieved: true,
  },
];

/**
 * A started app on one chain with payments coming in, whose node's answers are changed during windows: those of the
 * first of its two endpoints, or of its only one.
 */
export class AppFuzz {
  private app: TestApp | null = null;
  private windowsLeft = 0;
  /** As the app that runs was started. */
  private set = '';
  private readonly unhandled = new Unhandled();
  /** Ms that payments took of late with nothing wrong: a slow machine is slow with faults as well. */
  private usualMs = 0;

  private constructor(
    private readonly chain: TestChain,
    private readonly first: FaultyRpc,
    private readonly second: FaultyRpc,
    private readonly contract: PayerContract,
  ) {}

  static async start(): Promise<AppFuzz> {
    const blocks = { kind: 'blocks' as const, tiers: [{ upTo: null, blocks: 1 }] };
    const chain = await TestChain.start({ confirmations: blocks });
    const contract = await PayerContract.deploy(chain);
    return new AppFuzz(chain, await FaultyRpc.start(chain.url), await FaultyRpc.start(chain.url), contract);
  }

  async stop(): Promise<void> {
    this.unhandled.stop();
    await this.app?.stop();
    await Promise.all([this.first.die(), this.second.die(), this.chain.stop()]);
  }

  /** One window. @returns what was not as it has to be, null where all was */
  async run(target: Target, seed: number, tally = new Tally(target.method)): Promise<Found | null> {
    const random = new Random(seed);
    const isAlone = random.chance(0.5);
    const told: string[] = [];
    const took = { ms: 0 };
    const what = await this.window(target, isAlone, random, told, took).catch(
      (error: Error) => error.message,
    );
    this.first.heal();
    this.second.heal();
    tally.add(isAlone, told.length, took.ms);
    if (what !== null) this.windowsLeft = 0;
    const where = isAlone ? 'alone' : 'first of two';
    return what === null
      ? null
      : { read: `${target.method}, ${where}`, seed, how: told.slice(0, 12).join(' | '), what };
  }

  private async window(
    target: Target,
    isAlone: boolean,
    random: Random,
    told: string[],
    took: { ms: number },
  ): Promise<string | null> {
    const isOfStart = target.method === 'eth_chainId';
    // It is asked for when an app starts, and when an endpoint comes back.
    const early = isOfStart ? this.first.inject(target.method, changing(random, told)) : null;
    if (isOfStart) this.windowsLeft = 0;
    if (early && isAlone) setTimeout(early, FAULTY_START_MS).unref();
    const app = await this.appFor(target, isAlone);
    early?.();
    for (const node of [this.first, this.second]) {
      if (target.without) node.inject(target.without, NO_METHOD);
      if (target.refused) node.inject(target.refused, REFUSED);
    }
    const bystander = await app.createPayment();
    const paid = await this.payments(app, target, random);
    const show = await this.mine(random);
    const end = this.first.inject(target.method, changing(random, told));
    show();
    let began = performance.now();
    if (isAlone) {
      const enough = random.pick(CHANGED);
      const isOver = async () => told.length >= enough || (await this.areAllPaid(app, paid));
      await waitFor('the fault to show', isOver, LONGEST_FAULT_MS).catch(() => false);
      end();
      began = performance.now();
    }
    const limitMs = LONGEST_STEP_MS + 3 * this.usualMs;
    const inTime = await waitFor('payments', () => this.areAllPaid(app, paid), limitMs).catch(() => false);
    took.ms = performance.now() - began;
    end();
    if (inTime === false)
      return `not confirmed within ${Math.round(limitMs)} ms: ${await this.shown(app, paid)}`;
    if (told.length === 0) this.usualMs = took.ms;
    return this.wrongness(app, paid, bystander);
  }

  /**
   * Blocks with a transfer of the token in each, so that all of each is asked for.
   * @returns shows them, all at once
   */
  private async mine(random: Random): Promise<() => void> {
    const hidden = staleHead(await this.chain.height());
    const shows = [this.first, this.second].map((node) => node.inject('eth_getBlockByNumber', hidden));
    const blocks = random.pick(BLOCKS);
    for (let count = 1; count < blocks; count++) {
      await this.chain.mine();
      await this.chain.payToken(`0x${'57'.repeat(20)}`, 1n);
    }
    await this.chain.mine();
    return () => shows.forEach((show) => show());
  }

  /** Native, a token, and out of a contract, each to a payment of its own; they wait for a block. */
  private async payments(
    app: TestApp,
    { isBelieved }: Target,
    random: Random,
  ): Promise<Map<PaymentView, string>> {
    const { chain, contract } = this;
    const amount = () => BigInt(random.between(1_000, 1_000_000));
    const token_id = tokenId(chain.config.chainId, chain.token);
    const [native, token] = [amount(), amount()];
    const paid = new Map([
      [await app.createPayment({ amount: `${native}` }), `${native}`],
      [await app.createPayment({ amount: `${token}`, token_id }), `${token}`],
    ]);
    const [one, other] = [...paid.keys()] as [PaymentView, PaymentView];
    await chain.pay(one.address, native);
    await chain.payToken(other.address, token);
    if (isBelieved) return paid;
    const inner = amount();
    const third = await app.createPayment({ amount: `${inner}` });
    paid.set(third, `${inner}`);
    await contract.call('pay', third.address, inner);
    return paid;
  }

  private async areAllPaid(app: TestApp, paid: ReadonlyMap<PaymentView, string>): Promise<boolean> {
    for (const { id } of paid.keys()) if ((await app.payment(id)).status !== 'confirmed') return false;
    return true;
  }

  /** Amounts that are not what was paid, and whatever nobody handled. */
  private async wrongness(
    app: TestApp,
    paid: ReadonlyMap<PaymentView, string>,
    bystander: PaymentView,
  ): Promise<string | null> {
    for (const [{ id }, amount] of paid) {
      const now = await app.payment(id);
      if (now.amount_received !== amount || now.exception !== null)
        return `wrong: ${amount} was paid, and it is ${await this.shown(app, paid)}`;
    }
    const { status, amount_received } = await app.payment(bystander.id);
    if (status !== 'pending' || amount_received !== '0')
      return `wrong: nothing was paid, and it is ${status} with ${amount_received}`;
    return this.unhandled.found(app.log);
  }

  private async shown(app: TestApp, paid: ReadonlyMap<PaymentView, string>): Promise<string> {
    const all = await Promise.all([...paid.keys()].map(({ id }) => app.payment(id)));
    const payments = all.map(({ status, amount_received, exception }) => ({
      status,
      amount_received,
      exception,
    }));
    const last = app.log.filter((line) => /"(warn|error)"|failed|aside/.test(line)).slice(-3);
    return `${JSON.stringify(payments)} ${last.join(' ').slice(0, 1_500)}`;
  }

  private async appFor({ internal }: Target, isAlone: boolean): Promise<TestApp> {
    const set = `${internal} ${isAlone}`;
    if (this.app && this.set === set && this.windowsLeft-- > 0) return this.app;
    await this.app?.close();
    const rpcUrls = isAlone ? [this.first.url] : [this.first.url, this.second.url];
    const chains = [{ ...this.chain.config, rpcUrls, internalTransfers: internal }];
    this.app = await TestApp.start({ chains, ...(this.app ? { before: this.app } : {}) });
    this.set = set;
    this.windowsLeft = WINDOWS_AN_APP - 1;
    this.unhandled.begin();
    const began = performance.now();
    const payment = await this.app.createPayment();
    await this.chain.pay(payment.address, 1_000n);
    await this.chain.mine();
    await this.app.waitForStatus(payment.id, 'confirmed');
    this.usualMs = Math.min(5_000, performance.now() - began);
    return this.app;
  }
}
