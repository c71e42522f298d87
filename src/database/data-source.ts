import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type DataSourceOptions, type MigrationInterface } from 'typeorm';
import { ApiKey } from '../auth/api-key.entity.js';
import { Merchant } from '../auth/merchant.entity.js';
import { Token } from '../chain/tokens/token.entity.js';
import { MerchantLogo } from '../branding/merchant-logo.entity.js';
import { EncryptionCanary } from '../http/encryption-canary.entity.js';
import { IdempotencyRecord } from '../http/idempotency-record.entity.js';
import { LedgerCheckResult } from '../ledger-check/ledger-check-result.entity.js';
import { LedgerAccountAddress } from '../ledger/ledger-account.entity.js';
import { LedgerEntry } from '../ledger/ledger-entry.entity.js';
import { LedgerTransaction } from '../ledger/ledger-transaction.entity.js';
import { OutgoingAttempt } from '../outgoing/outgoing-attempt.entity.js';
import { OutgoingPart } from '../outgoing/outgoing-part.entity.js';
import { OutgoingTransaction } from '../outgoing/outgoing-transaction.entity.js';
import { RestoredChain } from '../outgoing/after-restore/restored-chain.entity.js';
import { SigningPause } from '../outgoing/signing-pause.entity.js';
import { PaymentEvent } from '../events/event.entity.js';
import { PaymentLink } from '../payment-links/payment-link.entity.js';
import { PaymentOption } from '../payments/payment-option.entity.js';
import { Payment } from '../payments/payment.entity.js';
import { Transfer } from '../payments/transfer.entity.js';
import { RecordedRate } from '../rates/recorded-rate.entity.js';
import { ReceiptKey } from '../checkout/receipt-key.entity.js';
import { Refund } from '../refunds/refund.entity.js';
import { ChainBlock } from '../chain/position/chain-block.entity.js';
import { LateSearch } from '../scanner/late-search.entity.js';
import { ChainCursor } from '../chain/position/chain-cursor.entity.js';
import { Sweep } from '../sweeper/sweep.entity.js';
import { DerivationJump } from '../wallet/derivation-jump.entity.js';
import { SkippedAddress } from '../wallet/skipped-address.entity.js';
import { DepositSource } from '../wallet/deposit-source.entity.js';
import { WebhookAttempt } from '../webhooks/delivery/webhook-attempt.entity.js';
import { WebhookDelivery } from '../webhooks/delivery/webhook-delivery.entity.js';
import { WebhookEndpoint } from '../webhooks/endpoints/webhook-endpoint.entity.js';
import { PostgresClient } from './postgres-client.js';
import { poolOptions, type SessionLimits } from './session-limits.js';

const entities = [
  ApiKey,
  ChainBlock,
  LateSearch,
  ChainCursor,
  DepositSource,
  DerivationJump,
  EncryptionCanary,
  IdempotencyRecord,
  LedgerAccountAddress,
  LedgerCheckResult,
  LedgerEntry,
  LedgerTransaction,
  Merchant,
  MerchantLogo,
  OutgoingAttempt,
  OutgoingPart,
  OutgoingTransaction,
  Payment,
  PaymentEvent,
  PaymentLink,
  PaymentOption,
  ReceiptKey,
  RecordedRate,
  Refund,
  RestoredChain,
  SigningPause,
  SkippedAddress,
  Sweep,
  Token,
  Transfer,
  WebhookAttempt,
  WebhookDelivery,
  WebhookEndpoint,
];

const migrations = await loadMigrations(join(import.meta.dirname, 'migrations'));

/** Every `<timestamp>-<name>` file is a migration: `npm run migration:generate` needs no list edited afterwards. */
async function loadMigrations(folder: string): Promise<(new () => MigrationInterface)[]> {
  const files = readdirSync(folder).filter((file) => /^\d+-[\w-]+\.(js|ts)$/.test(file));
  const modules = await Promise.all(
    files
      .sort()
      .map((file) => import(join(folder, file)) as Promise<Record<string, new () => MigrationInterface>>),
  );
  return modules.flatMap((module) => Object.values(module));
}

/**
 * The one description of our database, shared by the app, the TypeORM command line and the tests.
 * @param poolSize connections this process may hold
 * @param limits of its sessions; null: none
 */
export function dataSourceOptions(
  url: string,
  poolSize = 10,
  limits: SessionLimits | null = null,
): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    entities,
    migrations,
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    synchronize: false,
    poolSize,
    extra: { Client: PostgresClient, ...poolOptions(limits) },
    applicationName: 'quittance',
  };
}
