import { Command, CommandRunner, Option, SubCommand } from 'nest-commander';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { isUUID } from 'class-validator';
import { MerchantNotFoundError } from '../auth/auth.errors.js';
import { AuthService } from '../auth/auth.service.js';
import { merchantView } from '../auth/auth.views.js';
import { CreateMerchantDto, UpdateMerchantDto } from '../auth/dto/auth.dto.js';
import { checked } from '../http/validation.js';
import { type OutputOptions, PrintingCommand } from './json-option.js';
import { print, printOne } from './print.js';

const ALL = 10_000;

interface ToleranceOptions extends OutputOptions {
  underpaymentToleranceBps?: number;
}

const TOLERANCE = {
  flags: '--underpayment-tolerance-bps <n>',
  description:
    'how much less than the amount due is enough, in basis points: 0 to 1000; payments take it over',
};

function basisPoints(value: string): number {
  if (/^\d{1,4}$/.test(value)) return Number(value);
  throw new Error(`--underpayment-tolerance-bps ${value} is not from 0 to 1000: 50 is half a per cent`);
}

@SubCommand({ name: 'create', arguments: '<name>', description: 'create a merchant' })
export class MerchantCreateCommand extends PrintingCommand {
  constructor(
    private readonly auth: AuthService,
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {
    super();
  }

  async run([name = '']: string[], options: ToleranceOptions): Promise<void> {
    const { underpaymentToleranceBps: tolerance } = options;
    checked(CreateMerchantDto, { name, underpayment_tolerance_bps: tolerance });
    const merchant = await this.auth.createMerchant(this.dataSource.manager, name, tolerance);
    printOne(merchantView(merchant), options);
  }

  @Option(TOLERANCE)
  parseTolerance(value: string): number {
    return basisPoints(value);
  }
}

@SubCommand({
  name: 'update',
  arguments: '<id>',
  description: 'change a merchant; payments that exist stay as they are',
})
export class MerchantUpdateCommand extends PrintingCommand {
  constructor(private readonly auth: AuthService) {
    super();
  }

  async run([id = '']: string[], options: ToleranceOptions & { name?: string }): Promise<void> {
    const { name, underpaymentToleranceBps } = options;
    if (name === undefined && underpaymentToleranceBps === undefined) {
      throw new Error('say what to change: --name or --underpayment-tolerance-bps');
    }
    if (!isUUID(id)) throw new MerchantNotFoundError(id);
    checked(UpdateMerchantDto, { name, underpayment_tolerance_bps: underpaymentToleranceBps });
    printOne(merchantView(await this.auth.updateMerchant(id, { name, underpaymentToleranceBps })), options);
  }

  @Option({ flags: '--name <name>', description: 'its new name' })
  parseName(value: string): string {
    return value;
  }

  @Option(TOLERANCE)
  parseTolerance(value: string): number {
    return basisPoints(value);
  }
}

@SubCommand({ name: 'list', description: 'list merchants, oldest first' })
export class MerchantListCommand extends PrintingCommand {
  constructor(private readonly auth: AuthService) {
    super();
  }

  async run(_inputs: string[], options: OutputOptions): Promise<void> {
    print((await this.auth.listMerchants(ALL)).map(merchantView), options);
  }
}

@Command({
  name: 'merchant',
  description: 'manage merchants',
  subCommands: [MerchantCreateCommand, MerchantUpdateCommand, MerchantListCommand],
})
export class MerchantCommand extends CommandRunner {
  run(): Promise<void> {
    this.command.help();
  }
}
