import { InjectDataSource } from '@nestjs/typeorm';
import { isUUID } from 'class-validator';
import { Command, CommandRunner, Option, SubCommand } from 'nest-commander';
import { DataSource } from 'typeorm';
import { AuthService } from '../auth/auth.service.js';
import { apiKeyView } from '../auth/auth.views.js';
import { SCOPES } from '../auth/authenticated-key.js';
import { CreateApiKeyDto } from '../auth/dto/auth.dto.js';
import { checked } from '../http/validation.js';
import { type OutputOptions, PrintingCommand } from './json-option.js';
import { print, printOne } from './print.js';

const ALL = 10_000;
const USUAL_SCOPES = ['payments:read', 'payments:write'];

interface KeyCreateOptions extends OutputOptions {
  merchant: string;
  name: string;
  scopes?: string[];
}

interface KeyListOptions extends OutputOptions {
  merchant?: string;
}

@SubCommand({ name: 'create', description: 'create an API key; it is shown this once' })
export class KeyCreateCommand extends PrintingCommand {
  constructor(
    private readonly auth: AuthService,
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {
    super();
  }

  async run(
    _inputs: string[],
    { merchant, name, scopes = USUAL_SCOPES, json }: KeyCreateOptions,
  ): Promise<void> {
    const input = { merchantId: requireId(merchant), name, scopes };
    checked(CreateApiKeyDto, { merchant_id: merchant, name, scopes });
    const { row, key } = await this.auth.createKey(this.dataSource.manager, input);
    printOne({ ...apiKeyView(row), key }, { json });
  }

  @Option({ flags: '--merchant <id>', description: 'whose key it is', required: true })
  parseMerchant(value: string): string {
    return value;
  }

  @Option({ flags: '--name <name>', description: 'what it is for', defaultValue: 'command line' })
  parseName(value: string): string {
    return value;
  }

  @Option({
    flags: '--scopes <scopes>',
    description: `comma-separated, from ${SCOPES.join(', ')}; payments:read,payments:write when left out`,
  })
  parseScopes(value: string): string[] {
    return value.split(',').map((scope) => scope.trim());
  }
}

@SubCommand({ name: 'list', description: 'list API keys, oldest first' })
export class KeyListCommand extends PrintingCommand {
  constructor(private readonly auth: AuthService) {
    super();
  }

  async run(_inputs: string[], { merchant, json }: KeyListOptions): Promise<void> {
    const merchantId = merchant === undefined ? undefined : requireId(merchant);
    print((await this.auth.listKeys(ALL, { merchantId })).map(apiKeyView), { json });
  }

  @Option({ flags: '--merchant <id>', description: 'only the keys of this merchant' })
  parseMerchant(value: string): string {
    return value;
  }
}

@SubCommand({
  name: 'revoke',
  arguments: '<id>',
  description: 'revoke an API key: it is refused from the next request on',
})
export class KeyRevokeCommand extends PrintingCommand {
  constructor(private readonly auth: AuthService) {
    super();
  }

  async run([id = '']: string[], options: OutputOptions): Promise<void> {
    printOne(apiKeyView(await this.auth.revokeKey(requireId(id))), options);
  }
}

@Command({
  name: 'key',
  description: 'manage API keys',
  subCommands: [KeyCreateCommand, KeyListCommand, KeyRevokeCommand],
})
export class KeyCommand extends CommandRunner {
  run(): Promise<void> {
    this.command.help();
  }
}

function requireId(value: string): string {
  if (isUUID(value)) return value;
  throw new Error(`"${value}" is no id; \`quittance merchant list\` and \`quittance key list\` show them`);
}
