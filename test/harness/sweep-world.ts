import { expect } from '@jest/globals';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Wallet } from 'ethers';
import { type ChainConfig, type SweepConfig, type TokenSweep } from '../../src/config/chains.js';
import { type Settings } from '../../src/config/settings.js';
import { creationCode } from '../../src/outgoing/delegate/sweep-delegate.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { SweepPlanner } from '../../src/sweeper/planning/sweep-planner.js';
import { type CheckedChain } from '../../src/ledger-check/report.js';
import { TEST_MNEMONIC, TestApp } from './app.js';
import { appsAtRest } from './awake.js';
import { checkBooks, requireBooks } from './books.js';
import { writeChainsFile } from './chains-file.js';
import { quittance } from './command-line.js';
import { createDatabase } from './database.js';
import { FaultyRpc } from './faulty-rpc.js';
import { OddToken } from './odd-token.js';
import { Receiver } from './receiver.js';
import { TestChain } from './test-chain.js';
import { waitFor } from './wait-for.js';
import { toAddress } from '../../src/ids/ids.js';

const ETHER = 10n ** 18n;
const MOST_BETWEEN_BLOCKS_MS = 60;
/** What a block has an app do is done before the next one is mined: more blocks would only be more to scan. */
const LONG_STEP_MS = 2_000;
/** A node that does not answer has a step take as long as the app is patient with it. */
const LONG_FAULTY_STEP_MS = 100;
export const TANK = new Wallet(`0x${'7a'.repeat(32)}`);
export const PAYOUT = new Wallet(`0x${'9b'.repeat(32)}`);
export const TREASURY = new Wallet(`0x${'5c'.repeat(32)}`).address;
/** Whom the contract knows that deposit addresses delegate to. */
export const PARTIES = { treasury: toAddress(TREASURY), operator: toAddress(TANK.address) };
/** The longest there is: time passed on the chain is not meant to expire anything. */
const LONG = { expires_in_minutes: 40_000 };

export interface OutgoingRow {
  id: string;
  purpose: string;
  state: string;
  reason: string | null;
  from_address: string;
  nonce: string;
  tx_hash: string | null;
  amount: string;
  received: string | null;
  fee: string | null;
}

export interface SweepRow {
  id: string;
  payment_id: string;
  state: string;
  reason_code: string | null;
  reason: string | null;
  amount: string;
  received: string | null;
  fee: string | null;
  token_address: string | null;
  path: string;
  from_address: string;
  estimated_fee: string;
  outgoing_id: string | null;
}

/** A chain, the app that sweeps on it, and what a test looks at. */
export class SweepWorld {
  /** A test took money from an address of ours by other means: the books cannot be right. */
  isRobbed = false;

  private constructor(
    readonly chain: TestChain,
    /** What the app takes for its node. */
    readonly node: FaultyRpc,
    readonly odd: OddToken,
    readonly receiver: Receiver,
    public app: TestApp,
    private readonly settings: Partial<Settings>,
    private readonly chains: ChainConfig[],
  ) {}

  /** @param config of the chain; its tokens are TUSD and ODD, `tokenSweep` is how TUSD is swept */
  static async start(
    settings: Partial<Settings> = {},
    config: Partial<ChainConfig> = {},
    tokenSweep?: TokenSweep,
    isLegacy = false,
  ): Promise<SweepWorld> {
    return SweepWorld.on(await TestChain.start({}, [], isLegacy), settings, config, tokenSweep);
  }

  /** On a chain with EIP-7702, where tokens go in batches. @param sweep of the chain, besides */
  static async startBatched(
    settings: Partial<Settings> = {},
    { size = 20, ...sweep }: Partial<SweepConfig> & { size?: number } = {},
    tokenSweep?: TokenSweep,
  ): Promise<SweepWorld> {
    const chain = await TestChain.start({}, ['--hardfork', 'prague']);
    const delegate = await chain.deploy(creationCode(PARTIES));
    const config = { sweep: { enabled: true, minimum: 0n, batches: { delegate, size }, ...sweep } };
    return SweepWorld.on(chain, settings, config, tokenSweep);
  }

  /** @param config of the chain; its tokens are TUSD and ODD */
  static async on(
    chain: TestChain,
    settings: Partial<Settings>,
    config: Partial<ChainConfig>,
    tokenSweep?: TokenSweep,
  ): Promise<SweepWorld> {
    const odd = await OddToken.deploy(chain);
    const node = await FaultyRpc.start(chain.url);
    const receiver = await Receiver.start();
    const tokens = [...chain.config.tokens.map((token) => ({ ...token, sweep: tokenSweep })), odd.config];
    const sweep = { enabled: true, minimum: 0n };
    const chains = [{ ...chain.config, rpcUrls: [node.url], tokens, sweep, ...config }];
    const own: Partial<Settings> = {
      treasuryAddress: TREASURY,
      gasTankPrivateKey: TANK.privateKey,
      webhookUrl: receiver.url,
      // Planned by hand, by `plan`.
      sweepSchedule: '0 0 1 1 *',
      ...settings,
    };
    await chain.rpc('anvil_setBalance', [TANK.address, `0x${(100n * ETHER).toString(16)}`]);
    // No block proves what was put there by hand until one is mined.
    await chain.mine();
    const app = await TestApp.start({ chains, settings: own });
    // What is due at the start is planned when the chain has been scanned: later, it would take what a test has paid.
    app.wake();
    await waitFor('the plan of the start', () =>
      app.log.some((line) => /looked for what to sweep|nothing is swept/.test(line)),
    );
    return new SweepWorld(chain, node, odd, receiver, app, own, chains);
  }

  /** As after a stop of the process: the same database and settings. */
  async restart(settings: Partial<Settings> = {}): Promise<void> {
    await this.app.close();
    this.app = await TestApp.start({
      chains: this.chains,
      settings: { ...this.settings, ...settings },
      before: this.app,
    });
  }

  /** As after the loss of the database: what a backup has is brought into an empty one, and the app starts on that. */
  async restore(file: string): Promise<void> {
    const { database } = this.app;
    await this.app.close();
    const restored = await createDatabase({ empty: true });
    const given = { DATABASE_URL: restored.url, MNEMONIC: TEST_MNEMONIC, DATA_DIR: dirname(file) };
    const chainsFile = join(dirname(file), 'chains.yaml');
    writeChainsFile(chainsFile, this.chain.config);
    const ran = await quittance(['restore', file, '--json'], { ...given, CHAINS_FILE: chainsFile });
    expect(ran).toMatchObject({ code: 0, err: '' });
    const { merchantId, key } = this.app;
    this.app = await TestApp.start({
      chains: this.chains,
      settings: this.settings,
      before: { database: restored, merchantId, key } as TestApp,
    });
    await database.drop();
  }

  /** When what is not mined is replaced, from now on and after restarts. */
  bumpAfter(ms: number): void {
    this.settings.sweepBumpAfterMs = this.app.settings.sweepBumpAfterMs = ms;
  }

  /** A second process on the same database. */
  replica(): Promise<TestApp> {
    return TestApp.start({ chains: this.chains, settings: this.settings, before: this.app });
  }

  /** Whatever happened, the books must be what the chain says in the end. */
  async stop(): Promise<void> {
    const proof = this.isRobbed ? Promise.resolve() : this.requireBooks();
    const [proved] = await Promise.allSettled([proof]);
    await this.app.stop();
    await this.receiver.stop();
    await this.node.die();
    await this.chain.stop();
    if (proved.status === 'rejected') throw proved.reason;
  }

  /** Compares every address of ours with the ledger, at the block the scan has come to. */
  requireBooks(): Promise<CheckedChain> {
    const config = this.chains[0] as ChainConfig;
    return requireBooks(this.app.database, { ...config, rpcUrls: [this.chain.url] });
  }

  /** As `requireBooks` once all blocks are scanned, without anything that was only noted. */
  async requireProvenBooks(): Promise<void> {
    await this.app.waitForBlock(await this.chain.height());
    expect(await this.requireBooks()).toMatchObject({ differences: { count: 0 }, notes: { count: 0 } });
  }

  /** As `requireBooks`, whatever it finds. */
  checkBooks(): Promise<CheckedChain> {
    const config = this.chains[0] as ChainConfig;
    return checkBooks(this.app.database, { ...config, rpcUrls: [this.chain.url] });
  }

  async tokenId(symbol = 'TUSD'): Promise<string> {
    const { body } = await this.app.request<{ data: { tokens: { id: string; symbol: string }[] }[] }>(
      'GET',
      '/api/v1/chains',
    );
    return body.data[0]?.tokens.find((token) => token.symbol === symbol)?.id as string;
  }

  /** Confirmed in the native asset. */
  async paid(amount: bigint): Promise<PaymentView> {
    const payment = await this.app.createPayment({ ...LONG, amount: amount.toString() });
    await this.chain.pay(payment.address, amount);
    return this.confirmed(payment);
  }

  /** Confirmed in a token. */
  async paidToken(amount: bigint, symbol = 'TUSD', address = this.chain.token): Promise<PaymentView> {
    const token_id = await this.tokenId(symbol);
    const payment = await this.app.createPayment({ ...LONG, amount: amount.toString(), token_id });
    await this.chain.payToken(payment.address, amount, address);
    return this.confirmed(payment);
  }

  /** Confirmed in the odd token. */
  paidOdd(amount: bigint): Promise<PaymentView> {
    return this.paidToken(amount, 'ODD', this.odd.address);
  }

  private async confirmed(payment: PaymentView): Promise<PaymentView> {
    await this.chain.mine(3);
    return this.app.waitForStatus(payment.id, 'confirmed');
  }

  /** Plans sweeps now. */
  async plan(options: { paymentIds?: string[]; isForced?: boolean } = {}): Promise<void> {
    await this.app.waitForBlock(await this.chain.height());
    const { paymentIds = null, isForced = false } = options;
    const [chain] = this.chains;
    await this.app.get(SweepPlanner).plan(chain as ChainConfig, { paymentIds, isForced, isDryRun: false });
  }

  /** Mines a block, and has it scanned and swept, until the condition gives something. */
  async mineUntil<T>(
    what: string,
    condition: () => Promise<T | null | undefined | false>,
    timeoutMs = 120_000,
  ): Promise<T> {
    const deadline = Date.now() + timeoutMs;
    for (let blocks = 0; ; blocks++) {
      const value = await condition();
      if (value) return value;
      if (Date.now() > deadline) {
        const sweeps = JSON.stringify(await this.newestSweeps());
        throw new Error(
          `mined for ${timeoutMs} ms, waiting for: ${what}; the newest sweep of each payment: ${sweeps}`,
        );
      }
      await this.chain.mine();
      const longMs = this.node.isFaulty ? LONG_FAULTY_STEP_MS : LONG_STEP_MS;
      await Promise.race([appsAtRest(), delay(longMs, undefined, { ref: false })]);
      // What more blocks do not bring comes with time.
      await delay(Math.min(MOST_BETWEEN_BLOCKS_MS, 5 * blocks));
    }
  }

  /** Of each payment, how far it and its last sweep have come, and why no further. */
  private newestSweeps(): Promise<unknown[]> {
    return this.app.database.dataSource.query(
      `SELECT DISTINCT ON (payment.id) payment.id, payment.status, option.amount_received AS received,
         option.sweep IS NOT NULL AS is_noted, option.recheck_at_time AS due, sweep.state, sweep.reason, sweep.amount,
         sweep.is_complete, sweep.outgoing_id,
         (SELECT count(*) FROM transfers WHERE payment_id = payment.id AND swept_at IS NULL) AS unswept
       FROM payments payment JOIN payment_options option ON option.payment_id = payment.id
       LEFT JOIN sweeps sweep ON sweep.payment_id = payment.id ORDER BY payment.id, sweep.id DESC`,
    );
  }

  settled(id: string): Promise<PaymentView> {
    return this.mineUntil('payment settled', () => this.app.paymentIn(id, 'settled'));
  }

  outgoing(where = 'true'): Promise<OutgoingRow[]> {
    return this.app.database.dataSource.query<OutgoingRow[]>(
      `SELECT * FROM outgoing_transactions WHERE ${where} ORDER BY id`,
    );
  }

  /** Wei that the treasury has, with what it cost to bring it there. */
  async arrivedWithFees(): Promise<bigint> {
    const fees = (await this.outgoing()).reduce((sum, { fee }) => sum + BigInt(fee ?? 0), 0n);
    return (await this.native(TREASURY)) + fees;
  }

  /** Sweeps that the gas tank carries, several in a transaction. */
  batches(): Promise<OutgoingRow[]> {
    return this.outgoing(`purpose = 'sweep' AND account = 'gas_tank'`);
  }

  /** Hashes of all that was signed for an outgoing transaction, the first first. */
  async attempts(outgoingId: string): Promise<string[]> {
    return (await this.signed(outgoingId)).map(({ tx_hash: hash }) => hash);
  }

  /** Their bytes. */
  async bytesOf(outgoingId: string): Promise<string[]> {
    return (await this.signed(outgoingId)).map(({ raw }) => raw);
  }

  private signed(outgoingId: string): Promise<{ tx_hash: string; raw: string }[]> {
    return this.app.database.dataSource.query<{ tx_hash: string; raw: string }[]>(
      'SELECT tx_hash, raw FROM outgoing_attempts WHERE outgoing_id = $1 ORDER BY ordinal',
      [outgoingId],
    );
  }

  sweepsOf(paymentId: string): Promise<SweepRow[]> {
    return this.app.database.dataSource.query<SweepRow[]>(
      'SELECT * FROM sweeps WHERE payment_id = $1 ORDER BY id',
      [paymentId],
    );
  }

  sweepIn(paymentId: string, state: string): Promise<SweepRow> {
    return this.mineUntil(`sweep ${state}`, async () =>
      (await this.sweepsOf(paymentId)).find((sweep) => sweep.state === state),
    );
  }

  /** Without mining: what is waited for happens before the next block. */
  waitForOutgoing(where: string): Promise<OutgoingRow> {
    return waitFor(`outgoing transaction ${where}`, async () => (await this.outgoing(where))[0]);
  }

  async native(address: string): Promise<bigint> {
    return BigInt(await this.chain.rpc<string>('eth_getBalance', [address, 'latest']));
  }

  token(address: string, token: string = this.chain.token): Promise<bigint> {
    return tokenBalance(this.chain, token, address);
  }

  /** How often an event of a payment was told. */
  async timesTold(paymentId: string, type = 'payment.settled'): Promise<number> {
    return (await this.app.eventsOf(paymentId)).filter((event) => event === type).length;
  }

  /**
   * Has the node refuse broadcasts.
   * @param isRefused of the signed bytes; left out: all
   * @returns what ends it
   */
  refuseBroadcasts(isRefused: (raw: string) => boolean = () => true, message = 'txpool is full'): () => void {
    const refusal = { error: { code: -32003, message } };
    return this.node.inject('eth_sendRawTransaction', {
      kind: 'answer',
      answer: (call, ask) => (isRefused(String(call.params[0])) ? Promise.resolve(refusal) : ask(call)),
    });
  }

  /** Has gas sent while it is dear, and used when it is cheap, so that some is left: until that has come back. */
  async gasReturned(begin: () => Promise<unknown>): Promise<void> {
    await this.chain.setBaseFee(40n * 10n ** 9n);
    await this.chain.mine();
    await begin();
    await this.waitForOutgoing(`purpose = 'gas' AND state = 'sent'`);
    await this.chain.mine();
    await this.chain.setBaseFee(10n ** 9n);
    await this.mineUntil('gas to come back', async () =>
      (await this.outgoing(`purpose = 'gas_return'`)).some(({ state }) => state === 'confirmed'),
    );
  }
}

export async function tokenBalance(chain: TestChain, token: string, address: string): Promise<bigint> {
  const data = `0x70a08231${address.slice(2).toLowerCase().padStart(64, '0')}`;
  return BigInt(await chain.rpc<string>('eth_call', [{ to: token, data }, 'latest']));
}
