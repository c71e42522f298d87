import { randomUUID } from 'node:crypto';
import { type Type } from '@nestjs/common';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type AddressInfo } from 'node:net';
import { AuthService } from '../../src/auth/auth.service.js';
import { SCOPES } from '../../src/auth/authenticated-key.js';
import { ChainService } from '../../src/chain/chain.service.js';
import { type ChainConfig } from '../../src/config/chains.js';
import { NO_RATES, type RatesConfig } from '../../src/config/rates.js';
import { loadSettings } from '../../src/config/load-settings.js';
import { type Settings } from '../../src/config/settings.js';
import { CHAINS } from '../../src/config/configuration.module.js';
import { createApp } from '../../src/configure-app.js';
import { createPino } from '../../src/http/pino-logger.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { OutgoingLoop } from '../../src/outgoing/outgoing-loop.js';
import { type Ticker } from '../../src/process/ticker.js';
import { ScannerService } from '../../src/scanner/scanner.service.js';
import { Dispatcher } from '../../src/webhooks/delivery/dispatcher.js';
import { keepAwake, tellNews } from './awake.js';
import { createDatabase, type TestDatabase } from './database.js';
import { exchange } from './http-client.js';
import { afterEachDispatch, afterEachStep, lookSeldom } from './loops.js';
import { keepSaid, keepSecrets } from './said.js';
import { inTurn } from './starts.js';
import { waitFor } from './wait-for.js';

/**
 * For nothing but these tests. Made from the SHA-256 of "Quittance, wallet of its tests", and not from a published one,
 * which a start in production refuses.
 */
export const TEST_MNEMONIC =
  'only control crack movie prevent release friend soul save shoulder height weather';
export const TEST_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

/**
 * How often an app looks at its chains by itself: what is mined wakes it, and looking four times a second for nothing
 * takes a tenth of a core.
 */
const LOOK_MS = 1_000;
/** And for events that others wrote: those of its own wake what dispatches them. */
const DISPATCH_LOOK_MS = 400;

const NONE: ReadonlyMap<number, Ticker> = new Map();

export interface AppOptions {
  chains?: ChainConfig[];
  /** Listed with `enabled: false`. */
  left?: ChainConfig[];
  settings?: Partial<Settings>;
  /** Left out: nothing is priced. */
  rates?: RatesConfig;
  /** To start again on what an earlier app left. */
  database?: TestDatabase;
  /** An app that was closed: its database, merchant and key are taken over. */
  before?: TestApp;
}

export interface Answer<T = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: T;
}

/** The real app on a free port, with a merchant and a key of its own. */
export class TestApp {
  private readonly letSleep = keepAwake(this);
  private readonly scans: readonly Ticker[];
  private readonly rounds: readonly Ticker[];
  /** Of each scan the round of the same chain, where this app makes any. */
  private readonly roundOf: ReadonlyMap<Ticker, Ticker | undefined>;
  private readonly woken = new Set<Ticker>();
  /** Where it asks for its chains. */
  readonly nodes: readonly string[];

  private constructor(
    private readonly app: NestFastifyApplication,
    /** What it goes by, read again each time it is needed: a test may change some of it while it runs. */
    readonly settings: Settings,
    readonly database: TestDatabase,
    readonly url: string,
    public merchantId: string,
    public key: string,
    /** Every line logged. */
    readonly log: string[],
  ) {
    const { roles } = settings;
    const scans = roles.includes('scanner') ? this.get(ScannerService)['tickers']['tickers'] : NONE;
    const rounds = roles.includes('sweeper') ? this.get(OutgoingLoop)['tickers']['tickers'] : NONE;
    this.nodes = this.get<ChainConfig[]>(CHAINS).flatMap(({ rpcUrls }) => rpcUrls);
    this.scans = [...scans.values()];
    this.rounds = [...rounds.values()];
    this.roundOf = new Map([...scans].map(([chainId, scan]) => [scan, rounds.get(chainId)]));
    for (const ticker of [...this.scans, ...this.rounds]) lookSeldom(ticker, LOOK_MS);
    for (const scan of this.scans) afterEachStep(scan, () => this.scanned(scan));
    for (const round of this.rounds) afterEachStep(round, tellNews);
    if (!roles.includes('worker')) return;
    const dispatcher = this.get(Dispatcher);
    lookSeldom(dispatcher['ticker'], DISPATCH_LOOK_MS);
    afterEachDispatch(dispatcher['deliveries'], tellNews);
  }

  static async start({
    chains = [],
    left = [],
    settings = {},
    rates = NO_RATES,
    database,
    before,
  }: AppOptions = {}): Promise<TestApp> {
    const own = before?.database ?? database ?? (await createDatabase());
    const log: string[] = [];
    const logger = createPino('debug', {
      write: (line: string) => {
        log.push(line);
        keepSaid(line);
      },
    });
    const configured: Settings = Object.assign(loadSettings({ NODE_ENV: 'test' }), {
      databaseUrl: own.url,
      // A clone of the template has it all.
      migrate: own === before?.database || own === database,
      mnemonic: TEST_MNEMONIC,
      encryptionKey: Buffer.alloc(32, 1).toString('base64'),
      webhookSecret: TEST_SECRET,
      webhookEvents: ['*'],
      ...settings,
    });
    const { mnemonic, gasTankPrivateKey, payoutPrivateKey, webhookSecret, encryptionKey } = configured;
    keepSecrets({ mnemonic, texts: [gasTankPrivateKey, payoutPrivateKey, webhookSecret, encryptionKey] });
    const app = await inTurn(async () => {
      const made = await createApp({ settings: configured, chains, left, rates }, logger);
      await made.listen(0, '127.0.0.1');
      return made;
    });
    const { port } = app.getHttpServer().address() as AddressInfo;
    const url = `http://127.0.0.1:${port}`;
    if (before) return new TestApp(app, configured, own, url, before.merchantId, before.key, log);
    const { merchantId, key } = await newMerchant(app.get(AuthService), own);
    return new TestApp(app, configured, own, url, merchantId, key, log);
  }

  /** Asks as another merchant from here on, who has nothing yet: for tests that share an app and look at all there is. */
  async becomeNewMerchant(): Promise<void> {
    Object.assign(this, await newMerchant(this.get(AuthService), this.database));
  }

  /** A request with the app's own key, unless the headers say otherwise; a string body is sent as it is. */
  async request<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const {
      status,
      headers: answered,
      text,
    } = await exchange(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    });
    if (status >= 400) keepSaid(text);
    return { status, headers: answered, body: (text ? JSON.parse(text) : null) as T };
  }

  /**
   * As a client should: what the database had no connection free for is sent again under the same Idempotency-Key, so
   * that a slow machine takes longer and no more. Whoever waits for a connection while holding one never ends.
   */
  insist<T = Record<string, unknown>>(method: string, path: string, body: unknown): Promise<Answer<T>> {
    const key = { 'idempotency-key': randomUUID() };
    return waitFor(
      `${method} ${path} to be done`,
      async () => {
        const answer = await this.request<T>(method, path, body, key);
        return answer.status !== 503 && answer;
      },
      120_000,
    );
  }

  async createPayment(body: Record<string, unknown> = {}): Promise<PaymentView> {
    const answer = await this.request<PaymentView>('POST', '/api/v1/payments', {
      chain: 'testchain',
      amount: '1000',
      ...body,
    });
    if (answer.status !== 201) throw new Error(`no payment: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** A part of the app, to have it do now what it does by the clock. */
  get<T>(part: Type<T> | symbol): T {
    return this.app.get(part);
  }

  /** Scans now, rather than at the next tick, once more where a step is under way; and then sweeps, chain by chain. */
  wake(): void {
    if (this.scans.length === 0) this.rounds.forEach((round) => round.runAgain());
    for (const scan of this.scans) {
      this.woken.add(scan);
      scan.runAgain();
    }
  }

  private scanned(scan: Ticker): void {
    if (this.woken.has(scan)) this.roundOf.get(scan)?.runAgain();
    // The step under way when it was woken has not seen what there is; the next one will.
    if (!scan['isWanted']) this.woken.delete(scan);
    tellNews();
  }

  /** A chain that was refused is compared with its configuration at the next step, not seconds later. */
  checkChainsNow(): void {
    for (const connection of this.get(ChainService)['connections'].values()) connection.checkAgainAtMs = 0;
  }

  /** Waits until nothing is being scanned or swept. */
  async atRest(): Promise<void> {
    for (const ticker of [...this.scans, ...this.rounds]) await ticker['running'];
  }

  async payment(id: string): Promise<PaymentView> {
    return (await this.request<PaymentView>('GET', `/api/v1/payments/${id}`)).body;
  }

  waitForStatus(id: string, status: string, timeoutMs?: number): Promise<PaymentView> {
    return waitFor(`payment ${status}`, () => this.paymentIn(id, status), timeoutMs);
  }

  /** What the API tells of a payment that has the status. The row is looked at first: it takes a tenth of a request. */
  async paymentIn(id: string, status: string): Promise<PaymentView | null> {
    const [row] = await this.database.dataSource.query<{ status: string }[]>(
      'SELECT status FROM payments WHERE id = $1',
      [id],
    );
    if (row?.status !== status) return null;
    const payment = await this.payment(id);
    return payment.status === status ? payment : null;
  }

  /** Waits until the scanner has committed a block. */
  waitForBlock(number: number, chainId = 31_337, timeoutMs?: number): Promise<unknown> {
    const isScanned = async () => {
      const [row] = await this.database.dataSource.query<{ block_number: string }[]>(
        'SELECT block_number FROM chain_cursors WHERE chain_id = $1',
        [chainId],
      );
      return row && Number(row.block_number) >= number;
    };
    return waitFor(`block ${number} scanned`, isScanned, timeoutMs);
  }

  /** Types of a payment's events, in order of writing. */
  async eventsOf(id: string): Promise<string[]> {
    const rows = await this.database.dataSource.query<{ type: string }[]>(
      'SELECT type FROM events WHERE payment_id = $1 ORDER BY position',
      [id],
    );
    return rows.map(({ type }) => type);
  }

  /** Ends the app and keeps its database. */
  async close(): Promise<void> {
    this.letSleep();
    await this.app.close();
  }

  async stop(): Promise<void> {
    await this.close();
    await this.database.drop();
  }
}

async function newMerchant(
  auth: AuthService,
  { dataSource: { manager } }: TestDatabase,
): Promise<{ merchantId: string; key: string }> {
  const { id: merchantId } = await auth.createMerchant(manager, 'test');
  const { key } = await auth.createKey(manager, { merchantId, name: 'test', scopes: [...SCOPES] });
  return { merchantId, key };
}
