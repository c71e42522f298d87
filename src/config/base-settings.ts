import { IsOptional } from 'class-validator';
import { addressList, integerIn, listenHost, listOf, oneOf, path, publicUrl, redisUrl } from './parsers.js';
import { certificatesFile } from './certificates-file.js';
import { databaseUrl } from './database-url.js';
import { Setting } from './setting.js';

export const ROLES = ['api', 'scanner', 'worker', 'sweeper'] as const;
export type Role = (typeof ROLES)[number];

/** Below this, one slow request and one slow step of a loop leave nobody else a connection. */
export const SMALLEST_POOL = 4;

/** How a process runs, and what on. */
export abstract class BaseSettings {
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

  /** The account of the dev chain that pay pages pay from. Null: there is no dev chain of ours, so never in production. */
  devChainPayer: string | null = null;

  @Setting({
    env: 'HOST',
    description: 'Address the API listens on',
    default: '127.0.0.1',
    parse: listenHost,
  })
  host: string;

  @Setting({
    env: 'DATA_DIR',
    description: 'Where the embedded Postgres, the dev chain and generated secrets are kept',
    default: '.data',
    parse: path,
  })
  dataDir: string;

  @Setting({
    env: 'DATABASE_URL',
    description: 'An external Postgres 14 or newer; `embedded`: one of its own in DATA_DIR',
    defaultNote: 'embedded Postgres; none in production',
    secret: true,
    parse: databaseUrl,
  })
  @IsOptional()
  databaseUrl: string | null;

  /** DATABASE_URL was set, were it to `embedded`. */
  isDatabaseGiven = false;

  @Setting({
    env: 'DATABASE_CA_FILE',
    description: 'Certificates in PEM that DATABASE_URL’s server is trusted by, as managed Postgres provides',
    defaultNote: 'the usual ones',
    parse: certificatesFile,
  })
  @IsOptional()
  databaseCaFile: string | null;

  @Setting({
    env: 'DATABASE_POOL_SIZE',
    description:
      'How many connections a pool of this process may hold: the app has one, the queue on Postgres two. Fewer for a small Postgres',
    default: '10',
    parse: integerIn(SMALLEST_POOL, 100),
  })
  databasePoolSize: number;

  @Setting({
    env: 'REDIS_URL',
    description: 'Moves the queue to Redis or Valkey',
    defaultNote: 'queue on Postgres',
    secret: true,
    parse: redisUrl,
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
    parse: publicUrl,
  })
  @IsOptional()
  publicUrl: string | null;

  @Setting({
    env: 'TRUSTED_PROXIES',
    description:
      'Addresses or networks of the proxies in front, whose X-Forwarded-For is believed: without them every customer behind one shares its limits',
    defaultNote: 'none',
    parse: addressList,
  })
  @IsOptional()
  trustedProxies: string[] | null;

  @Setting({
    env: 'CHECKOUT_LIVE_PAGES',
    description: 'How many open pay pages a process tells of news; those beyond ask every few seconds',
    default: '5000',
    parse: integerIn(0, 100_000),
  })
  checkoutLivePages: number;

  @Setting({
    env: 'CHECKOUT_LIVE_PAGES_PER_ADDRESS',
    description: 'How many of them may be from one address',
    default: '500',
    parse: integerIn(0, 100_000),
  })
  checkoutLivePagesPerAddress: number;

  @Setting({
    env: 'CHECKOUT_LINK_UNPAID_PAYMENTS',
    description: 'How many payments that nothing has arrived for a payment link may have at a time',
    default: '500',
    parse: integerIn(1, 10_000),
  })
  checkoutLinkUnpaidPayments: number;

  @Setting({
    env: 'CHAINS_FILE',
    description: 'The chains to serve, as in chains.yaml',
    defaultNote: 'a local dev chain',
    parse: path,
  })
  @IsOptional()
  chainsFile: string | null;

  @Setting({
    env: 'RATES_FILE',
    description: 'What assets are worth, and who says so, as in docs/prices.md',
    defaultNote: 'the dev chain’s own feeds; else none',
    parse: path,
  })
  @IsOptional()
  ratesFile: string | null;

  @Setting({
    env: 'RATE_REFRESH_MS',
    description: 'How often the sources of rates are read',
    default: '15000',
    parse: integerIn(100, 600_000),
  })
  rateRefreshMs: number;

  @Setting({
    env: 'RATE_MAX_DEVIATION_BPS',
    description: 'How far the sources of one rate may be apart, in 10000ths; further, and there is none',
    default: '150',
    parse: integerIn(1, 10_000),
  })
  rateMaxDeviationBps: number;

  @Setting({
    env: 'PEG_MAX_DEVIATION_BPS',
    description: 'How far a stablecoin may be off its peg, in 10000ths; further, and it is not priced',
    default: '200',
    parse: integerIn(1, 10_000),
  })
  pegMaxDeviationBps: number;

  @Setting({
    env: 'RATE_SIGNIFICANT_DIGITS',
    description: 'To how many digits the amounts of a price’s options are rounded, up',
    default: '6',
    parse: integerIn(3, 18),
  })
  rateSignificantDigits: number;

  @Setting({
    env: 'LATE_RATE_MAX_MOVE_BPS',
    description:
      'How far the market may have moved for money that comes late to count at the promised rate, in 10000ths',
    default: '200',
    parse: integerIn(0, 10_000),
  })
  lateRateMaxMoveBps: number;

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
}
