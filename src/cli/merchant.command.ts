import { Command, CommandRunner, SubCommand } from 'nest-commander';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { AuthService } from '../auth/auth.service.js';
import { merchantView } from '../auth/auth.views.js';
import { CreateMerchantDto } from '../auth/dto/auth.dto.js';
import { checked } from '../http/validation.js';
import { type OutputOptions, PrintingCommand } from './json-option.js';
import { print, printOne } from './print.js';

const ALL = 10_000;

@SubCommand({ name: 'create', arguments: '<name>', description: 'create a merchant' })
export class MerchantCreateCommand extends PrintingCommand {
  constructor(
    private readonly auth: AuthService,
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {
    super();
  }

  async run([name = '']: string[], options: OutputOptions): Promise<void> {
    checked(CreateMerchantDto, { name });
    printOne(merchantView(await this.auth.createMerchant(this.dataSource.manager, name)), options);
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
  subCommands: [MerchantCreateCommand, MerchantListCommand],
})
export class MerchantCommand extends CommandRunner {
  run(): Promise<void> {
    this.command.help();
  }
}
