import { type Command } from 'commander';
import { MERCHANT_SCOPES } from '../auth/authenticated-key.js';
import { type OutputOptions, printingCommand } from './option.js';
import { print, printOne } from './print.js';
import { type Terminal } from './terminal.js';
import { UsageError } from './usage.error.js';

const ALL = 10_000;
const USUAL_SCOPES = ['payments:read', 'payments:write'];

interface CreateOptions extends OutputOptions {
  merchant?: string;
  operator?: boolean;
  name: string;
  scopes?: string[];
}

interface ListOptions extends OutputOptions {
  merchant?: string;
  operators?: boolean;
}

export function keyCommands(group: Command, terminal: Terminal): void {
  printingCommand(group, 'create', 'create an API key; it is shown this once')
    .option('--merchant <id>', 'whose key it is')
    .option('--operator', 'an operator’s: it manages the installation, and is of no merchant')
    .option('--name <name>', 'what it is for', 'command line')
    .option(
      '--scopes <scopes>',
      `comma-separated, from ${MERCHANT_SCOPES.join(', ')}; payments:read,payments:write when left out`,
      (value) => value.split(',').map((scope) => scope.trim()),
    )
    .action((options: CreateOptions) => create(terminal, options));
  printingCommand(group, 'list', 'list API keys, oldest first')
    .option('--merchant <id>', 'only the keys of this merchant')
    .option('--operators', 'only operators’ keys')
    .action((options: ListOptions) => list(terminal, options));
  printingCommand(group, 'revoke', 'revoke an API key: it is refused from the next request on')
    .argument('<id>')
    .action((id: string, options: OutputOptions) => revoke(terminal, id, options));
}

async function create(terminal: Terminal, options: CreateOptions): Promise<void> {
  const { merchant, name, operator, scopes } = options;
  if ((merchant === undefined) === (operator === undefined))
    throw new UsageError('say whose key it is: --merchant <id>, or --operator');
  if (operator && scopes !== undefined)
    throw new UsageError('leave --scopes out: an operator’s key may do everything');
  const { apiKeyView, checked, CreateApiKeyDto, newKeyOf, withAuth } = await import('./auth-services.js');
  if (merchant !== undefined) await requireId(merchant);
  const asked = {
    name,
    ...(operator ? { operator } : { merchant_id: merchant, scopes: scopes ?? USUAL_SCOPES }),
  };
  const input = newKeyOf(checked(CreateApiKeyDto, asked));
  await withAuth(terminal, async (auth, manager) => {
    const { row, key } = await auth.createKey(manager, input);
    printOne(terminal, { ...apiKeyView(row), key }, options);
  });
}

async function list(terminal: Terminal, options: ListOptions): Promise<void> {
  const merchantId = options.merchant === undefined ? undefined : await requireId(options.merchant);
  const { apiKeyView, withAuth } = await import('./auth-services.js');
  await withAuth(terminal, async (auth) =>
    print(
      terminal,
      (await auth.listKeys(ALL, { merchantId, isOperator: options.operators })).map(apiKeyView),
      options,
    ),
  );
}

async function revoke(terminal: Terminal, id: string, options: OutputOptions): Promise<void> {
  const keyId = await requireId(id);
  const { apiKeyView, withAuth } = await import('./auth-services.js');
  await withAuth(terminal, async (auth) =>
    printOne(terminal, apiKeyView(await auth.revokeKey(keyId)), options),
  );
}

async function requireId(value: string): Promise<string> {
  const { isUUID } = await import('./auth-services.js');
  if (isUUID(value)) return value;
  throw new UsageError(
    `"${value}" is no id; \`quittance merchant list\` and \`quittance key list\` show them`,
  );
}
