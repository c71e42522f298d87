import { validateSync } from 'class-validator';
import { databaseUrlWithTls } from './database-tls.js';
import { ConfigurationError, type Problem } from './configuration-error.js';
import {
  isWellKnownAddress,
  isWellKnownKey,
  isWellKnownMnemonic,
  isWellKnownXpub,
} from './published-keys.js';
import { parseEncryptionKeys, privateKeyProblem, webhookSecretBytes, xpubProblem } from './secrets.js';
import { type SettingDescription, settingsOf } from './setting.js';
import { Settings } from './settings.js';
import { UnusableValueError } from './unusable-value.error.js';
import { readText } from './read-text.js';
import { fileTextProblem, textProblem } from './usable-text.js';

export type Environment = Record<string, unknown>;

/**
 * Reads and checks every setting.
 * @throws ConfigurationError with every problem there is
 */
export function loadSettings(environment: Environment): Settings {
  const { settings, problems } = readSettings(environment);
  if (problems.length > 0) throw new ConfigurationError(problems);
  return settings;
}

/** A hundred a second: more than a shop asks, and less than one key in a loop would take from all the others. */
const PRODUCTION_KEY_REQUESTS_PER_MINUTE = 6_000;

/** As `loadSettings`, for a caller that has problems of its own to add. */
export function readSettings(environment: Environment): { settings: Settings; problems: Problem[] } {
  const problems: Problem[] = [];
  const settings = new Settings();
  const unread = new Set<string>();
  for (const setting of settingsOf(Settings)) {
    try {
      const value = valueOf(setting, environment);
      Object.assign(settings, { [setting.property]: value === undefined ? null : setting.parse(value) });
    } catch (error) {
      unread.add(setting.property);
      problems.push({ name: setting.env, what: (error as Error).message });
    }
  }
  settings.isPortGiven = textOf(environment.PORT) !== undefined;
  const isWebhookGiven = isGiven(environment, 'WEBHOOK_URL');
  settings.isWebhookEnded = isWebhookGiven && settings.webhookUrl === null && !unread.has('webhookUrl');
  settings.isDatabaseGiven = isGiven(environment, 'DATABASE_URL');
  if (settings.databaseUrl)
    settings.databaseUrl = databaseUrlWithTls(settings.databaseUrl, settings.databaseCaFile ?? null);
  settings.keyRequestsPerMinute ??=
    settings.nodeEnv === 'production' ? PRODUCTION_KEY_REQUESTS_PER_MINUTE : 0;
  settings.webhookAllowPrivateNetworks ??= settings.nodeEnv !== 'production';
  // What could not be read is given, and not missed as well.
  const isKnown = ({ name }: Problem) => problems.some((one) => one.name === name);
  const others = [...violations(settings, unread), ...contradictions(settings)].filter(
    (one) => !isKnown(one),
  );
  problems.push(...others);
  return { settings, problems };
}

/** An empty variable is an unset one: compose files and shells make no difference either. */
function valueOf(setting: SettingDescription, environment: Environment): string | undefined {
  const direct = textOf(environment[setting.env]);
  const file = setting.secret ? textOf(environment[`${setting.env}_FILE`]) : undefined;
  if (file === undefined) return direct === undefined ? setting.default : directly(direct, setting);
  if (direct !== undefined)
    throw new UnusableValueError(`is set, and so is ${setting.env}_FILE; keep one of them`);
  return secretFrom(file, setting.env);
}

function directly(value: string, { env, secret }: SettingDescription): string {
  const problem = textProblem(value);
  if (problem === null) return value;
  const isOwn = secret && fileTextProblem(value) === null;
  throw new UnusableValueError(
    isOwn ? `${problem}, or put the secret into a file where it is part of it: ${env}_FILE` : problem,
  );
}

/** A secret is given by the name of a file as well. */
export function isGiven(environment: Environment, name: string): boolean {
  return (textOf(environment[name]) ?? textOf(environment[`${name}_FILE`])) !== undefined;
}

function textOf(value: unknown): string | undefined {
  const given = typeof value === 'string' ? value.trim() : undefined;
  return given === '' ? undefined : given;
}

function secretFrom(path: string, name: string): string {
  let content: string;
  try {
    content = readText(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UnusableValueError(
      `${name}_FILE names ${path}, which cannot be read (${code}); fix the path or its permissions`,
    );
  }
  const secret = content.trim();
  if (secret === '') throw new UnusableValueError(`${name}_FILE names ${path}, which is empty`);
  const problem = fileTextProblem(secret);
  if (problem !== null) throw new UnusableValueError(`${name}_FILE names ${path}, whose content ${problem}`);
  return secret;
}

function violations(settings: Settings, unread: ReadonlySet<string>): Problem[] {
  const envOf = new Map(settingsOf(Settings).map(({ property, env }) => [property, env]));
  return validateSync(settings)
    .filter(({ property }) => !unread.has(property))
    .map(({ property, constraints }) => ({
      name: envOf.get(property) ?? property,
      what: Object.values(constraints ?? {}).join('; '),
    }));
}

/** What no single setting can be blamed for. */
function contradictions(settings: Settings): Problem[] {
  const problems: Problem[] = [];
  if (settings.mnemonic && settings.xpub) {
    problems.push({
      name: 'MNEMONIC',
      what: 'is set, and so is XPUB; keep XPUB for no private key on the server, MNEMONIC for sweeping',
    });
  }
  if (settings.depositScheme === 'forwarder') {
    problems.push({
      name: 'DEPOSIT_SCHEME',
      what: 'cannot be forwarder in this version; leave it out, or set it to hd',
    });
  }
  if (settings.metricsPort !== null && settings.metricsPort === settings.port) {
    problems.push({
      name: 'METRICS_PORT',
      what: 'is the API’s PORT; metrics have a port of their own, or none',
    });
  }
  if (settings.sweepStuckAfterMs < settings.sweepBumpAfterMs) {
    problems.push({
      name: 'SWEEP_STUCK_AFTER',
      what: 'is shorter than SWEEP_BUMP_AFTER: raise it as well. A transaction would be called stuck before it is helped along',
    });
  }
  const mode = settings.databaseUrl ? new URL(settings.databaseUrl).searchParams.get('sslmode') : null;
  if (settings.databaseCaFile && (mode === 'disable' || mode === 'no-verify')) {
    problems.push({
      name: 'DATABASE_CA_FILE',
      what: `is set, and DATABASE_URL says sslmode=${mode}, which asks for no certificate: take one of them away`,
    });
  }
  if (settings.nodeEnv === 'production') problems.push(...productionProblems(settings));
  return problems;
}

function productionProblems(settings: Settings): Problem[] {
  const problems: Problem[] = [];
  const complain = (name: string, what: string) => problems.push({ name, what });
  if (!settings.chainsFile)
    complain('CHAINS_FILE', 'must name your chains in production: the dev chain is for development only');
  // Nobody would notice a misspelt name: an empty database gives old addresses to new customers.
  if (!settings.isDatabaseGiven) {
    complain(
      'DATABASE_URL',
      'must name your database in production; DATABASE_URL=embedded keeps one in DATA_DIR, if that is what you want',
    );
  }
  // A process that makes no addresses and moves no money has no use for the wallet, and better does not know it.
  const usesWallet = settings.roles?.some((role) => role === 'api' || role === 'sweeper') ?? true;
  if (usesWallet && !settings.mnemonic && !settings.xpub) {
    complain('XPUB', 'or MNEMONIC must be given in production: a generated wallet is for development only');
  }
  if (settings.mnemonic && isWellKnownMnemonic(settings.mnemonic)) {
    complain(
      'MNEMONIC',
      'is a published test mnemonic: whatever it receives is stolen at once; make your own in a wallet you trust',
    );
  }
  if (settings.xpub && xpubProblem(settings.xpub) === null && isWellKnownXpub(settings.xpub)) {
    complain(
      'XPUB',
      'is that of published test words: whatever its addresses receive is stolen at once; export that of a wallet of your own',
    );
  }
  if (settings.xpub && settings.treasuryAddress && settings.roles?.includes('sweeper')) {
    complain(
      'TREASURY_ADDRESS',
      'is set, and with XPUB nothing is swept there; leave it out, or give MNEMONIC for sweeping',
    );
  }
  if (settings.treasuryAddress && isWellKnownAddress(settings.treasuryAddress))
    complain(
      'TREASURY_ADDRESS',
      'is a published test account: whatever it receives is stolen at once; give your own',
    );
  const keys = {
    GAS_TANK_PRIVATE_KEY: settings.gasTankPrivateKey,
    PAYOUT_PRIVATE_KEY: settings.payoutPrivateKey,
  };
  for (const [name, key] of Object.entries(keys)) {
    if (key && privateKeyProblem(key) === null && isWellKnownKey(key))
      complain(
        name,
        'is a published test key: whatever its account receives is stolen at once; make your own',
      );
  }
  if (settings.encryptionKey && isAllZero(settings.encryptionKey))
    complain(
      'ENCRYPTION_KEY',
      'holds a key of zeros alone, which anybody guesses; make one with: openssl rand -base64 32',
    );
  if (!settings.encryptionKey)
    complain('ENCRYPTION_KEY', 'must be given in production; make one with: openssl rand -base64 32');
  if (settings.webhookUrl && !settings.webhookSecret) {
    complain(
      'WEBHOOK_SECRET',
      'must be given in production with WEBHOOK_URL; make one with: echo whsec_$(openssl rand -base64 32)',
    );
  }
  if (settings.webhookSecret && webhookSecretBytes(settings.webhookSecret) < 24) {
    complain(
      'WEBHOOK_SECRET',
      'must have at least 24 bytes in production; make one with: echo whsec_$(openssl rand -base64 32)',
    );
  }
  if (settings.webhookUrl?.startsWith('http://') && !settings.webhookAllowPrivateNetworks) {
    complain('WEBHOOK_URL', 'must start with https:// in production');
  }
  return problems;
}

function isAllZero(encryptionKey: string): boolean {
  try {
    return parseEncryptionKeys(encryptionKey).some(({ key }) => key.every((byte) => byte === 0));
  } catch {
    // What is no key is told as such.
    return false;
  }
}
