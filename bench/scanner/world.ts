import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { TestChain } from '../../test/harness/test-chain.js';
import { AppProcess } from '../app-process.js';
import { cpuMsBelow } from '../cpu-time.js';
import { type BenchDatabase, MERCHANT, startDatabase } from '../database.js';

/** Of a catching up: those that are read while V8 still compiles what reads them. */
export const FIRST_BLOCKS = 600;
const PAGE_BYTES = 4096;
/**
 * Twenty of them are in each block: as many as a hundred blocks need, which are committed together. The node copies and
 * hashes all that it has with each block: with new ones in each, mining takes longer than all that is measured.
 */
const STRANGERS = 2_000;
const GAS = { gas: '0x5208', gasPrice: '0x77359400' };
/** Of twenty transfers in one call, to addresses that may be new. */
const BATCH_GAS = '0x1e8480';

/**
 * What blocks hold: nothing; native transfers of strangers; transfers of a listed token between strangers; the last two
 * with a payment in each block besides.
 */
export type Traffic = 'none' | 'strangers' | 'tokens' | 'payments';

export interface CaughtUp {
  blocksPerSecond: number;
  /** Until the first `FIRST_BLOCKS` were committed, or all, where there are fewer. */
  firstPerSecond: number;
  residentBytes: number;
  /** By command: `node` is the app. */
  cpuMsPerBlock: Record<string, number>;
}

/** Postgres, a chain and, as long as it is wanted, the app: each a process of its own. */
export class World {
  private app: AppProcess | null = null;
  /** The first of those that are watched. */
  private paid: { address: string }[] = [];

  private constructor(
    readonly chain: TestChain,
    private readonly database: BenchDatabase,
  ) {}

  static async start(): Promise<World> {
    const database = await startDatabase();
    return new World(await TestChain.start(), database);
  }

  /** Has so many payments wait, each at an address of its own; those before are gone. */
  async watch(count: number): Promise<void> {
    await this.database.client.query(
      'TRUNCATE webhook_attempts, webhook_deliveries, events, transfers, payments CASCADE',
    );
    // A million rows refer to others that are there: Postgres need not look each of them up.
    await this.database.client.query('SET session_replication_role = replica');
    await this.database.client.query(
      `INSERT INTO payments (id, merchant_id, chain_id, chain, address, deposit_scheme, derivation_index, amount,
         required_confirmations, status, expires_at)
       SELECT gen_random_uuid(), $1, $2, 'testchain', '0x' || substr(md5(i::text) || md5('0' || i), 1, 40),
         'hd', i, 1000, 1, 'pending', now() + interval '1 year'
       FROM generate_series(1, $3) i`,
      [MERCHANT, this.chain.config.chainId, count],
    );
    await this.database.client.query(
      `INSERT INTO payment_options (payment_id, position, chain_id, chain, amount, required_confirmations, expires_at,
         recheck_at_time)
       SELECT id, 0, chain_id, chain, amount, required_confirmations, expires_at, expires_at FROM payments`,
    );
    await this.database.client.query('RESET session_replication_role');
    await this.database.client.query('VACUUM ANALYZE payments, payment_options');
    const { rows } = await this.database.client.query<{ address: string }>(
      'SELECT address FROM payments ORDER BY derivation_index LIMIT 10000',
    );
    this.paid = rows;
  }

  /** @returns the first and the last of the blocks mined */
  async mine(blocks: number, traffic: Traffic): Promise<{ from: number; to: number }> {
    const from = (await this.chain.height()) + 1;
    let nonce = await this.chain.nonceOf(this.chain.payer);
    for (let block = 0; block < blocks; block++) {
      nonce += await this.send(traffic, block, nonce);
      await this.chain.mine();
    }
    return { from, to: await this.chain.height() };
  }

  /**
   * In one request, with the nonce and the gas that the node would have to find out for each.
   * @returns how many transactions were sent
   */
  private async send(traffic: Traffic, block: number, nonce: number): Promise<number> {
    if (traffic === 'none') return 0;
    const { payer, token } = this.chain;
    const strangers = Array.from({ length: 20 }, (_, index) => addressOf((block * 20 + index) % STRANGERS));
    const transactions: object[] = strangers.slice(0, 5).map((to) => ({ to, value: '0x1' }));
    if (traffic !== 'strangers') {
      const ones = strangers.map(() => 1n);
      transactions.push({ to: token, data: TestChain.batchData(strangers, ones), gas: BATCH_GAS });
    }
    if (traffic === 'payments') {
      const { address } = this.paid[block % this.paid.length] as { address: string };
      transactions.push({ to: address, value: '0x3e8' });
    }
    const calls = transactions.map((transaction, id) => ({
      jsonrpc: '2.0',
      id,
      method: 'eth_sendTransaction',
      params: [{ ...GAS, ...transaction, from: payer, nonce: `0x${(nonce + id).toString(16)}` }],
    }));
    const answer = await fetch(this.chain.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(calls),
    });
    const refused = ((await answer.json()) as { error?: { message: string } }[]).find(({ error }) => error);
    if (refused) throw new Error(`the chain took not all transactions: ${refused.error?.message}`);
    return calls.length;
  }

  /** Starts the app below a range, and sees how fast it comes to its end. */
  async catchUp(
    rpcUrl: string,
    from: number,
    to: number,
    chain: Record<string, unknown> = {},
  ): Promise<CaughtUp> {
    await this.database.client.query('TRUNCATE chain_cursors, chain_blocks');
    await this.database.client.query(
      'TRUNCATE webhook_attempts, webhook_deliveries, events, transfers CASCADE',
    );
    await this.startApp({ rpc_url: rpcUrl, start_block: from, ...chain }, { ROLES: 'scanner' });
    while ((await this.scanned()) === null) await delay(20);
    const [startedAt, cpuMs] = [performance.now(), cpuMsBelow()];
    const speedAt = (at: number) => (1000 * (at - from + 1)) / (performance.now() - startedAt);
    let firstPerSecond: number | null = null;
    let at = 0;
    while (at < to) {
      await delay(20);
      at = (await this.scanned()) ?? 0;
      if (at >= Math.min(to, from + FIRST_BLOCKS - 1)) firstPerSecond ??= speedAt(at);
    }
    const blocksPerSecond = speedAt(to);
    const blocks = to - from + 1;
    const cpuMsPerBlock = [...cpuMsBelow()].map(([command, ms]): [string, number] => [
      command,
      (ms - (cpuMs.get(command) ?? 0)) / blocks,
    ]);
    const residentBytes = this.residentBytes();
    await this.app?.stop();
    return {
      blocksPerSecond,
      firstPerSecond: firstPerSecond ?? blocksPerSecond,
      residentBytes,
      cpuMsPerBlock: Object.fromEntries(cpuMsPerBlock),
    };
  }

  /** Mines blocks with a payment each, at any moment of the poll. @returns ms from block to webhook, ascending */
  async latencies(blocks: number, blockTimeMs: number): Promise<number[]> {
    await this.watch(blocks + 1);
    await this.database.client.query('TRUNCATE chain_cursors, chain_blocks');
    const arrivals = new Map<string, number>();
    const receiver = await receive((address) => arrivals.set(address, performance.now()));
    const { port } = receiver.address() as AddressInfo;
    const start = (await this.chain.height()) + 1;
    const app = await this.startApp(
      { rpc_url: this.chain.url, start_block: start, block_time_ms: blockTimeMs },
      {
        ROLES: 'scanner,worker',
        WEBHOOK_URL: `http://127.0.0.1:${port}`,
        WEBHOOK_EVENTS: 'payment.detected',
      },
    );
    await app.ready();
    const latencies: number[] = [];
    for (const { address } of this.paid.slice(0, blocks)) {
      await delay(Math.random() * blockTimeMs);
      await this.chain.pay(address, 1000n);
      await this.chain.mine();
      const minedAt = performance.now();
      while (!arrivals.has(address)) await delay(1);
      latencies.push((arrivals.get(address) as number) - minedAt);
    }
    await this.app?.stop();
    receiver.close();
    return latencies.sort((a, b) => a - b);
  }

  async stop(): Promise<void> {
    await this.app?.stop();
    await this.chain.stop();
    await this.database.stop();
  }

  private async scanned(): Promise<number | null> {
    const { rows } = await this.database.client.query<{ block_number: string }>(
      'SELECT block_number FROM chain_cursors',
    );
    return rows[0] ? Number(rows[0].block_number) : null;
  }

  private async startApp(
    chain: Record<string, unknown>,
    settings: Record<string, string>,
  ): Promise<AppProcess> {
    const { name, chainId, native, tokens } = this.chain.config;
    const listed = tokens.map(({ symbol, address, decimals }) => ({ symbol, address, decimals }));
    this.app = await AppProcess.spawn(
      this.database,
      { name, chain_id: chainId, confirmations: 1, block_time_ms: 500, native, tokens: listed, ...chain },
      settings,
    );
    return this.app;
  }

  private residentBytes(): number {
    const pages = readFileSync(`/proc/${this.app?.pid}/statm`, 'utf8').split(' ')[1];
    return Number(pages) * PAGE_BYTES;
  }
}

async function receive(onPaid: (address: string) => void): Promise<Server> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      onPaid((JSON.parse(Buffer.concat(chunks).toString()) as { address: string }).address.toLowerCase());
      response.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function addressOf(number: number): string {
  return `0x${(number + 1).toString(16).padStart(8, '0').repeat(5)}`;
}
