import { IsDefined, IsOptional, Matches, ValidateBy } from 'class-validator';
import { commaSeparated, durations, flag, integerIn, listOf, oneOf, text, urlWith } from './parsers.js';
import {
  encryptionKeysProblem,
  mnemonicProblem,
  privateKeyProblem,
  treasuryProblem,
  webhookSecretProblem,
  xpubProblem,
} from './secrets.js';
import { Setting } from './setting.js';

export const ROLES = ['api', 'scanner', 'worker', 'sweeper'] as const;
export type Role = (typeof ROLES)[number];

/** class-validator's face of a function that says what is wrong with a value. */
function Sound(problem: (value: string) => string | null): PropertyDecorator {
  return ValidateBy({
    name: 'sound',
    validator: {
      validate: (value: unknown) => problem(value as string) === null,
      defaultMessage: (args) => String(problem(args?.value as string)),
    },
  });
}

/** Every setting of Quittance. The README's table and .env.example are made from this class. */
export class Settings {
  @Setting({
    env: 'NODE_ENV',
    description: 'In `production` nothing is made up: no dev chain, no embedded secrets, strict checks',
    default: 'development',
    parse: oneOf('development', 'production', 'test'),
  })
  nodeEnv: 'development' | 'production' | 'test';

  @Setting({ env: 'PORT', description: 'Port of the API', default: '3000', parse: integerIn(0, 65_535) })
  port: number;

  /** PORT was set: another one will not do. */
  isPortGiven = false;

  @Setting({ env: 'HOST', description: 'Address the API listens on', default: '127.0.0.1', parse: text })
  @Matches(/^[\w.:-]+$/, { message: 'must be an IP address or a host name' })
  host: string;

  @Setting({
    env: 'DATA_DIR',
    description: 'Where the embedded Postgres, the dev chain and generated secrets are kept',
    default: '.data',
    parse: text,
  })
  dataDir: string;

  @Setting({
    env: 'DATABASE_URL',
    description: 'An external Postgres 14 or newer',
    defaultNote: 'embedded Postgres',
    secret: true,
    parse: urlWith('postgres', 'postgresql'),
  })
  @IsOptional()
  databaseUrl: string | null;

  @Setting({
    env: 'REDIS_URL',
    description: 'Moves the queue to Redis or Valkey',
    defaultNote: 'queue on Postgres',
    secret: true,
    parse: urlWith('redis', 'rediss'),
  })
  @IsOptional()
  redisUrl: string | null;

  @Setting({
    env: 'ROLES',
    description: 'What this process does',
    default: ROLES.join(','),
    parse: listOf(...ROLES),
  })
  roles: Role[];

  @Setting({
    env: 'LOG_LEVEL',
    description: 'The least severe log lines to write',
    default: 'info',
    parse: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
  })
  logLevel: string;

  @Setting({
    env: 'PUBLIC_URL',
    description: 'How the outside reaches the API, for links',
    defaultNote: 'none',
    parse: urlWith('http', 'https'),
  })
  @IsOptional()
  publicUrl: string | null;

  @Setting({
    env: 'CHAINS_FILE',
    description: 'The chains to serve, as in chains.yaml',
    defaultNote: 'a local dev chain',
    parse: text,
  })
  @IsOptional()
  chainsFile: string | null;

  @Setting({
    env: 'PAYMENT_EXPIRY_MINUTES',
    description: 'How long a payment waits for its money, unless it says so itself',
    default: '30',
    parse: integerIn(1, 43_200),
  })
  paymentExpiryMinutes: number;

  @Setting({
    env: 'LATE_WATCH_DAYS',
    description: 'How long after expiry a transfer still counts',
    default: '7',
    parse: integerIn(0, 3_650),
  })
  lateWatchDays: number;

  @Setting({
    env: 'MNEMONIC',
    description: 'BIP-39 words of the wallet. Give this or, for no private key on the server, XPUB',
    defaultNote: 'generated in development',
    secret: true,
    parse: text,
  })
  @IsOptional()
  @Sound(mnemonicProblem)
  mnemonic: string | null;

  @Setting({
    env: 'XPUB',
    description: "Extended public key of m/44'/60'/0' (or of m/44'/60'/0'/0): no private key on the server",
    defaultNote: 'none',
    secret: true,
    parse: text,
  })
  @IsOptional()
  @Sound(xpubProblem)
  xpub: string | null;

  @Setting({
    env: 'WALLET_GAP_LIMIT',
    description:
      '`wallet scan` ends after so many unused deposit addresses in a row; every payment that nobody paid is one',
    default: '1000',
    parse: integerIn(1, 10_000_000),
  })
  walletGapLimit: number;

  @Setting({
    env: 'DEPOSIT_SCHEME',
    description: 'How deposit addresses are made',
    default: 'hd',
    parse: oneOf('hd', 'forwarder'),
  })
  depositScheme: 'hd' | 'forwarder';

  @Setting({
    env: 'TREASURY_ADDRESS',
    description: 'Where sweeps will go; EIP-55 checksum. This version checks it and does not sweep yet',
    defaultNote: 'none',
    parse: text,
  })
  @IsOptional()
  @Sound(treasuryProblem)
  treasuryAddress: string | null;

  @Setting({
    env: 'GAS_TANK_PRIVATE_KEY',
    description: 'Will pay the gas of token sweeps. This version checks it and does not sweep yet',
    defaultNote: 'none',
    secret: true,
    parse: text,
  })
  @IsOptional()
  @Sound(privateKeyProblem)
  gasTankPrivateKey: string | null;

  @Setting({
    env: 'WEBHOOK_URL',
    description: 'A webhook endpoint that every merchant has',
    defaultNote: 'none',
    parse: urlWith('http', 'https'),
  })
  @IsOptional()
  webhookUrl: string | null;

  @Setting({
    env: 'WEBHOOK_SECRET',
    description: 'Signs the deliveries to WEBHOOK_URL; `whsec_…` or any text',
    defaultNote: 'unsigned',
    secret: true,
    parse: text,
  })
  @IsOptional()
  @Sound(webhookSecretProblem)
  webhookSecret: string | null;

  @Setting({
    env: 'WEBHOOK_EVENTS',
    description: 'Event types sent to WEBHOOK_URL; `*` is a wildcard, as in `payment.*`',
    default: 'payment.confirmed',
    parse: commaSeparated,
  })
  @IsDefined()
  @Matches(/^(\*|[a-z_]+(\.[a-z_]+)*(\.\*)?)$/, {
    each: true,
    message: 'must be event types such as payment.confirmed or payment.*',
  })
  webhookEvents: string[];

  @Setting({
    env: 'WEBHOOK_TIMEOUT_MS',
    description: 'For a whole delivery attempt, the response’s body included',
    default: '10000',
    parse: integerIn(100, 60_000),
  })
  webhookTimeoutMs: number;

  @Setting({
    env: 'WEBHOOK_RETRY_SCHEDULE',
    description: 'Waiting times between attempts, each ±20 %',
    default: '5s,5m,30m,2h,5h,10h,10h',
    parse: durations,
  })
  webhookRetryScheduleMs: number[];

  @Setting({
    env: 'WEBHOOK_ALLOW_PRIVATE_NETWORKS',
    description: 'Lets webhooks go to private and loopback addresses',
    defaultNote: 'false in production, else true',
    parse: flag,
  })
  @IsOptional()
  webhookAllowPrivateNetworks: boolean;

  @Setting({
    env: 'WEBHOOK_RETENTION_DAYS',
    description: 'How long attempts are kept; the last one of a pending delivery always is',
    default: '30',
    parse: integerIn(1, 3_650),
  })
  webhookRetentionDays: number;

  @Setting({
    env: 'WEBHOOK_CA_FILE',
    description: 'Certificates in PEM that webhooks trust besides the usual ones, for endpoints of your own',
    defaultNote: 'none',
    parse: text,
  })
  @IsOptional()
  webhookCaFile: string | null;

  @Setting({
    env: 'WEBHOOK_PROXY_URL',
    description: 'Webhooks leave through this HTTP proxy; it then decides where they may go',
    defaultNote: 'none',
    secret: true,
    parse: urlWith('http'),
  })
  @IsOptional()
  webhookProxyUrl: string | null;

  @Setting({
    env: 'ENCRYPTION_KEY',
    description: 'Encrypts secrets at rest: 32 bytes in base64, or `id:base64,…` with the current key first',
    defaultNote: 'generated in development',
    secret: true,
    parse: text,
  })
  @IsOptional()
  @Sound(encryptionKeysProblem)
  encryptionKey: string | null;

  @Setting({
    env: 'MIGRATE',
    description: 'Whether a start brings the database schema up to date',
    default: 'on',
    parse: flag,
  })
  migrate: boolean;

  @Setting({
    env: 'SHUTDOWN_TIMEOUT_MS',
    description: 'How long work in flight may take to finish after SIGTERM',
    default: '15000',
    parse: integerIn(0, 600_000),
  })
  shutdownTimeoutMs: number;

  @Setting({
    env: 'KEY_REQUESTS_PER_MINUTE',
    description: 'Requests each API key may make; 0 for no limit',
    default: '0',
    parse: integerIn(0, 10_000_000),
  })
  keyRequestsPerMinute: number;

  @Setting({
    env: 'DEV_CHAIN_PORT',
    description: 'Port of the dev chain’s JSON-RPC, in development without CHAINS_FILE',
    default: '8545',
    parse: integerIn(0, 65_535),
  })
  devChainPort: number;
}
