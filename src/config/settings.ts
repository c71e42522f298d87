import { IsDefined, IsOptional, Matches } from 'class-validator';
import { commaSeparated, durations, flag, integerIn, proxyUrl, text, webhookUrl } from './parsers.js';
import { encryptionKeysProblem, webhookSecretProblem } from './secrets.js';
import { certificatesFile } from './certificates-file.js';
import { Setting } from './setting.js';
import { CheckedBy } from './checked-by.js';
import { WalletSettings } from './wallet-settings.js';
import { UnusableValueError } from './unusable-value.error.js';

export { type Role, ROLES } from './base-settings.js';

/** Every setting of Quittance. The README's table and .env.example are made from this class. */
export class Settings extends WalletSettings {
  @Setting({
    env: 'WEBHOOK_URL',
    description:
      'A webhook endpoint that every merchant has; they see its origin at most. The same in every process; `none` ends one that there was',
    defaultNote: 'none',
    secret: true,
    parse: (value) => (value === 'none' ? null : webhookUrl(value)),
  })
  @IsOptional()
  webhookUrl: string | null;

  /** WEBHOOK_URL is `none`: the endpoint that it stood for is taken away, and not only unknown to this process. */
  isWebhookEnded = false;

  @Setting({
    env: 'WEBHOOK_SECRET',
    description: 'Signs the deliveries to WEBHOOK_URL; `whsec_…` or any text',
    defaultNote: 'unsigned',
    secret: true,
    parse: text,
  })
  @IsOptional()
  @CheckedBy(webhookSecretProblem)
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
    env: 'WEBHOOK_ENDPOINTS_PER_MERCHANT',
    description: 'How many endpoints a merchant may have; each may keep a part of a worker busy',
    default: '50',
    parse: integerIn(1, 10_000),
  })
  webhookEndpointsPerMerchant: number;

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
    parse: certificatesFile,
  })
  @IsOptional()
  webhookCaFile: string | null;

  @Setting({
    env: 'WEBHOOK_PROXY_URL',
    description: 'Webhooks leave through this HTTP proxy; it then decides where they may go',
    defaultNote: 'none',
    secret: true,
    parse: proxyUrl,
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
  @CheckedBy(encryptionKeysProblem)
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
    description: 'Requests each API key may make, of all API processes together; 0 for no limit',
    defaultNote: '6000 in production, else 0',
    parse: integerIn(0, 10_000_000),
  })
  @IsOptional()
  keyRequestsPerMinute: number;

  @Setting({
    env: 'METRICS_TOKEN',
    description:
      'Requests for /metrics or the details of /health have to send it: `Authorization: Bearer …`; 16 characters or more',
    defaultNote: 'none; in production neither is shown then, unless METRICS_PORT is set',
    secret: true,
    parse: metricsToken,
  })
  @IsOptional()
  metricsToken: string | null;

  @Setting({
    env: 'METRICS_PORT',
    description:
      'Port of its own for /metrics and the details of /health, on HOST: the API’s port shows neither then, but to METRICS_TOKEN',
    defaultNote: 'none',
    parse: integerIn(1, 65_535),
  })
  @IsOptional()
  metricsPort: number | null;

  @Setting({
    env: 'DEV_CHAIN_PORT',
    description: 'Port of the dev chain’s JSON-RPC, in development without CHAINS_FILE',
    default: '8545',
    parse: integerIn(0, 65_535),
  })
  devChainPort: number;
}

function metricsToken(value: string): string {
  if (/^[\x21-\x7e]{16,}$/.test(value)) return value;
  throw new UnusableValueError(
    'must have 16 visible ASCII characters or more; make one with: openssl rand -hex 24',
  );
}
