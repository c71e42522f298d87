import { type Command } from 'commander';
import { type DevChainControl } from '../dev-tools/dev-chain-control.js';
import { type DevPayments } from '../dev-tools/dev-payments.js';
import { named, type OutputOptions, printingCommand } from './option.js';
import { printOne } from './print.js';
import { type Terminal } from './terminal.js';
import { UsageError } from './usage.error.js';

interface Tools {
  payments: DevPayments;
  chain: DevChainControl;
  /** @throws PaymentNotFoundError */
  merchantOf: (paymentId: string) => Promise<string>;
  /** @throws Error: no token of the dev chain has that symbol */
  tokenId: (symbol: string) => Promise<string>;
}

const UNITS: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 };
const ETHER = 10n ** 18n;
/** That a chain can hold. */
const LARGEST = 2n ** 256n - 1n;
const LONGEST_S = 30 * 86_400;

export function devCommands(group: Command, terminal: Terminal): void {
  printingCommand(group, 'pay', 'pay a payment, as its customer would')
    .argument('<payment>')
    .option('--amount <base units>', 'in place of what is still due', named('--amount', amountIn))
    .action((id: string, options: OutputOptions & { amount?: bigint }) =>
      withTools(terminal, async ({ payments, merchantOf }) =>
        printOne(terminal, await payments.pay(await merchantOf(id), id, options.amount ?? null), options),
      ),
    );
  printingCommand(group, 'expire', 'end a payment’s time now')
    .argument('<payment>')
    .action((id: string, options: OutputOptions) =>
      withTools(terminal, async ({ payments, merchantOf }) => {
        const { expires_at } = await payments.expire(await merchantOf(id), id);
        printOne(terminal, { id, expires_at }, options);
      }),
    );
  printingCommand(group, 'reorg', 'take back the blocks that a payment’s money is in, or the last ones')
    .argument('[payment]')
    .option('--depth <blocks>', 'how many blocks, in place of a payment', wholeNumber('--depth', 1, 200))
    .action((id: string | undefined, options: OutputOptions & { depth?: number }) =>
      reorg(terminal, id, options),
    );
  printingCommand(group, 'mine', 'mine blocks at once')
    .argument('[blocks]', 'how many', wholeNumber('blocks', 1, 1_000), 1)
    .action((blocks: number, options: OutputOptions) =>
      withTools(terminal, async ({ chain }) => printOne(terminal, await chain.mine(blocks), options)),
    );
  printingCommand(group, 'forward', 'move the dev chain’s clock forward; it cannot be moved back')
    .argument('<time>', 'as 90s, 30m, 2h or 7d', named('time', secondsIn))
    .action((seconds: number, options: OutputOptions) =>
      withTools(terminal, async ({ chain }) => printOne(terminal, await chain.forward(seconds), options)),
    );
  printingCommand(group, 'faucet', 'give money of the dev chain to an address')
    .argument('<address>')
    .option('--amount <base units>', 'left out: 10^18, an ether', named('--amount', amountIn))
    .option('--token <symbol>', 'in place of ether')
    .action((to: string, options: OutputOptions & { amount?: bigint; token?: string }) =>
      withTools(terminal, async ({ payments, tokenId }) => {
        if (!/^0x[0-9a-fA-F]{40}$/.test(to))
          throw new UsageError(`${to} is no address: 0x and 40 hex digits`);
        const token = options.token === undefined ? null : await tokenId(options.token);
        printOne(terminal, await payments.give(to, options.amount ?? ETHER, token), options);
      }),
    );
}

async function reorg(
  terminal: Terminal,
  id: string | undefined,
  options: OutputOptions & { depth?: number },
): Promise<void> {
  const { depth } = options;
  if ((id === undefined) === (depth === undefined))
    throw new UsageError('name a payment, or --depth <blocks>');
  await withTools(terminal, async ({ payments, chain, merchantOf }) => {
    const head =
      id === undefined ? await chain.reorg(depth as number) : await payments.reorg(await merchantOf(id), id);
    printOne(terminal, head, options);
  });
}

/** @throws Error where no dev chain runs: in production, with chains of one's own, or without `npm start` */
async function withTools(terminal: Terminal, work: (tools: Tools) => Promise<void>): Promise<void> {
  const [
    { commandConfiguration },
    { findDevChainAccess },
    { withServices },
    { DevToolsModule },
    { DevChainControl },
    { DevPayments },
    { ChainService },
    { EventHandlersModule },
    { HttpModule },
  ] = await Promise.all([
    import('./command-configuration.js'),
    import('../chain/dev-chain/find-dev-chain.js'),
    import('./services.js'),
    import('../dev-tools/dev-tools.module.js'),
    import('../dev-tools/dev-chain-control.js'),
    import('../dev-tools/dev-payments.js'),
    import('../chain/chain.service.js'),
    import('../webhooks/handlers/event-handlers.module.js'),
    import('../http/http.module.js'),
  ]);
  const { settings } = await commandConfiguration(terminal);
  const isOurs = settings.nodeEnv !== 'production' && settings.chainsFile === null;
  const access = isOurs ? await findDevChainAccess(settings.dataDir) : null;
  if (access === null)
    throw new UsageError(
      'no dev chain runs here: it is there in development, without CHAINS_FILE, while npm start runs on the same DATA_DIR',
    );
  const imports = [EventHandlersModule, HttpModule, DevToolsModule.on(access)];
  await withServices(terminal, { imports }, (services, { chains }) => {
    const payments = services.get(DevPayments, { strict: false });
    const tokens = services.get(ChainService, { strict: false });
    return work({
      payments,
      chain: services.get(DevChainControl, { strict: false }),
      merchantOf: (id) => payments.merchantOf(id),
      tokenId: async (symbol) => {
        const known = await Promise.all(chains.map(({ chainId }) => tokens.tokensOf(chainId)));
        const found = known.flat().find((token) => token.symbol === symbol);
        if (found) return found.id;
        throw new UsageError(
          `the dev chain has no token ${symbol}: ${known
            .flat()
            .map((one) => one.symbol)
            .join(', ')}`,
        );
      },
    });
  });
}

function amountIn(text: string): bigint {
  if (/^[1-9]\d{0,77}$/.test(text) && BigInt(text) <= LARGEST) return BigInt(text);
  throw new UsageError('is not a whole number of base units from 1 to 2^256−1');
}

function secondsIn(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,8})([smhd])$/.exec(text) ?? [];
  const seconds = Number(count) * (UNITS[unit] ?? 0);
  if (seconds >= 1 && seconds <= LONGEST_S) return seconds;
  throw new UsageError('is not a time from 1s to 30d, as 90s, 30m, 2h or 7d');
}

function wholeNumber(name: string, min: number, max: number): (text: string) => number {
  return named(name, (text) => {
    if (/^\d{1,6}$/.test(text) && Number(text) >= min && Number(text) <= max) return Number(text);
    throw new UsageError(`is not a whole number from ${min} to ${max}`);
  });
}
