import { type DynamicModule, Module } from '@nestjs/common';
import { type CommandRunner, InjectCommander } from 'nest-commander';
import { AuthModule } from '../auth/auth.module.js';
import { type Configuration } from '../config/read-configuration.js';
import { ConfigurationModule } from '../config/configuration.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { KeyCommand, KeyCreateCommand, KeyListCommand, KeyRevokeCommand } from './key.command.js';
import {
  MerchantCommand,
  MerchantCreateCommand,
  MerchantListCommand,
  MerchantUpdateCommand,
} from './merchant.command.js';
import { HealthModule } from '../health/health.module.js';
import { LedgerReadingModule } from '../ledger/ledger.module.js';
import { LEDGER_COMMANDS } from './ledger.command.js';
import { RefundsModule } from '../refunds/refunds.module.js';
import { RescanModule } from '../scanner/rescan.module.js';
import { SweepDelegateModule } from '../sweeper/delegate/sweep-delegate.module.js';
import { SweepPlanModule } from '../sweeper/planning/sweep-plan.module.js';
import { ScannerCommand, ScannerRescanCommand } from './scanner.command.js';
import { WalletExtent } from '../wallet/wallet-extent.js';
import { WALLET_COMMANDS } from './wallet.command.js';
import {
  DEPLOY_DELEGATE,
  SweepCommand,
  SweepDeployDelegateCommand,
  SweepListCommand,
  SweepPauseCommand,
  SweepResumeCommand,
  SweepRunCommand,
} from './sweep.command.js';
import { EventHandlersModule } from '../webhooks/handlers/event-handlers.module.js';
import { WebhookCommand, WebhookListenCommand } from './webhook.command.js';

@Module({})
export class CliModule {
  constructor(@InjectCommander() program: Parameters<CommandRunner['setCommand']>[0]) {
    // Else help calls it by the name of its file.
    program.name('quittance');
  }

  /** @param words of the command: only those that need the chains reach for their nodes, and one has keys */
  static register(configuration: Configuration, [command, next]: readonly string[]): DynamicModule {
    return {
      module: CliModule,
      imports: [
        ConfigurationModule.register(configuration),
        DatabaseModule,
        AuthModule,
        ...(command === 'scanner' ? [EventHandlersModule, HealthModule, RescanModule] : []),
        ...(command === 'ledger' ? [LedgerReadingModule] : []),
        ...(command === 'sweep' ? [EventHandlersModule, HealthModule, RefundsModule, SweepPlanModule] : []),
        ...(command === 'sweep' && next === DEPLOY_DELEGATE ? [SweepDelegateModule] : []),
      ],
      providers: [
        KeyCommand,
        KeyCreateCommand,
        KeyListCommand,
        KeyRevokeCommand,
        ...LEDGER_COMMANDS,
        MerchantCommand,
        MerchantCreateCommand,
        MerchantListCommand,
        MerchantUpdateCommand,
        ScannerCommand,
        ScannerRescanCommand,
        ...WALLET_COMMANDS,
        WalletExtent,
        SweepCommand,
        SweepDeployDelegateCommand,
        SweepListCommand,
        SweepPauseCommand,
        SweepResumeCommand,
        SweepRunCommand,
        WebhookCommand,
        WebhookListenCommand,
      ],
    };
  }
}
