import { type Logger } from '@nestjs/common';
import { type Connection } from './chain-connection.js';
import { type Contradiction } from './rpc/rpc-contradiction.js';

/** Heads are compared once in so many block times; every comparison is on the vendors' bills. */
const COMPARED_EVERY_BLOCKS = 4;
const COMPARED_EVERY_AT_LEAST_MS = 2_000;
const COMPARED_EVERY_AT_MOST_MS = 30_000;

type Log = Pick<Logger, 'debug' | 'log' | 'error'>;

/** Compares the endpoints of a chain with one another, when asked and every few blocks. */
export class EndpointComparison {
  private timer: NodeJS.Timeout | null = null;
  private isContradicted = false;

  constructor(
    private readonly connection: Connection,
    private readonly logger: Log,
  ) {}

  /** One endpoint alone has none to be compared with, and its heads are seen as they are read. */
  start(): void {
    const { name, rpcUrls, blockTimeMs } = this.connection.config;
    if (rpcUrls.length < 2) return;
    const everyMs = Math.min(
      COMPARED_EVERY_AT_MOST_MS,
      Math.max(COMPARED_EVERY_AT_LEAST_MS, COMPARED_EVERY_BLOCKS * blockTimeMs),
    );
    this.logger.debug({ chain: name, endpoints: rpcUrls.length, every_ms: everyMs }, 'comparing endpoints');
    this.timer = setInterval(() => void this.compare(), everyMs).unref();
  }

  stop(): void {
    if (this.timer) clearInterval(this.timer);
  }

  /** @returns null when they agree, or there is only one; the last finding when they cannot be compared now */
  async contradiction(): Promise<Contradiction | null> {
    const { rpc, config } = this.connection;
    if (config.rpcUrls.length < 2) return null;
    const found = await rpc.inspect();
    if (found === null && this.isContradicted)
      this.logger.log({ chain: config.name }, 'rpc endpoints agree again');
    if (found !== null && !this.isContradicted)
      this.logger.error({ chain: config.name, ...found }, 'rpc endpoints contradict each other');
    this.isContradicted = found !== null;
    return found;
  }

  private async compare(): Promise<void> {
    try {
      await this.contradiction();
    } catch (error) {
      const reason = (error as Error).message;
      this.logger.error(
        { chain: this.connection.config.name, reason },
        'rpc endpoints could not be compared',
      );
    }
  }
}
