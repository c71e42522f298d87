import { createHash } from 'node:crypto';
import { computeAddress, getAddress } from 'ethers';
import { type ChainConfig, type Confirmations } from '../config/chains.js';
import { type Configuration } from '../config/read-configuration.js';
import { parseEncryptionKeys } from '../config/secrets.js';
import { type Settings } from '../config/settings.js';
import { sweepingOf } from '../config/sweeping.js';
import { type ChainId } from '../ids/ids.js';

/**
 * What processes of one installation have to agree on, by what each setting is called: of those alone that the roles of a
 * process use, so that two are compared by what both have. No secret: of one, a mark of eight characters.
 */
export type ComparedSettings = Record<string, string>;

/** Two processes that say another thing of one setting. */
export interface SettingDifference {
  setting: string;
  /** Null: it is a secret, or told by a mark alone. */
  here: string | null;
  there: string | null;
}

export const treasurySetting = (chainId: ChainId): string => `chain ${chainId}: treasury`;

/** In place of a treasury. */
export const NOTHING_SWEPT = 'nothing is swept';
const MARK = '#';
const MOST_SHOWN = 120;

export function comparedSettings({ settings, chains, rates }: Configuration): ComparedSettings {
  const has = (...roles: Settings['roles']) => roles.some((role) => settings.roles.includes(role));
  const knowsChains = has('api', 'scanner', 'sweeper');
  const entries: Entries = [
    ...ofAll(settings),
    ...(knowsChains ? ofChains(chains) : []),
    ...(has('api', 'scanner') ? ofMoney(settings, rates) : []),
    ...(has('api') ? ofApi(settings) : []),
    ...(has('worker') ? ofWorker(settings) : []),
    ...(has('sweeper') ? ofSweeper(settings, chains) : []),
  ];
  const given = entries.filter(([, value]) => value !== null);
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}

type Entries = [name: string, value: string | number | null][];

function ofAll(settings: Settings): Entries {
  const { redisUrl, encryptionKey, webhookUrl, isWebhookEnded, webhookSecret, webhookEvents } = settings;
  const redis = redisUrl === null ? null : new URL(redisUrl);
  const isBuiltIn = webhookUrl !== null;
  return [
    ['the queue (REDIS_URL)', redis === null ? 'on Postgres' : `Redis at ${redis.host}${redis.pathname}`],
    ['the ENCRYPTION_KEY that seals', encryptionKey && (parseEncryptionKeys(encryptionKey)[0]?.id ?? null)],
    // Only whoever names it, or ends it, says anything about it.
    ['WEBHOOK_URL', isBuiltIn ? mark(webhookUrl) : isWebhookEnded ? 'none' : null],
    ['WEBHOOK_SECRET', isBuiltIn ? mark(webhookSecret ?? '') : null],
    ['WEBHOOK_EVENTS', isBuiltIn ? [...webhookEvents].sort().join(', ') : null],
  ];
}

function ofChains(chains: readonly ChainConfig[]): Entries {
  const ids = chains.map(({ chainId }) => chainId).sort((a, b) => a - b);
  return [['chains that are served', ids.join(', ')], ...chains.flatMap(ofChain)];
}

function ofChain({ name, chainId, native, tokens, confirmations, ...chain }: ChainConfig): Entries {
  const assets = tokens
    .filter(({ enabled }) => enabled)
    .map((token) => `${token.symbol} ${getAddress(token.address)} with ${token.decimals} decimals`);
  const own = tokens.flatMap((token): Entries =>
    token.confirmations === undefined
      ? []
      : [
          [
            `chain ${chainId}: confirmations of ${getAddress(token.address)}`,
            confirmationsText(token.confirmations),
          ],
        ],
  );
  return [
    [`chain ${chainId}: name`, name],
    [`chain ${chainId}: native`, native.symbol],
    [`chain ${chainId}: tokens`, assets.sort().join(', ')],
    [`chain ${chainId}: confirmations`, confirmationsText(confirmations)],
    [`chain ${chainId}: internal_transfers`, chain.internalTransfers],
    ...own,
  ];
}

function ofMoney(settings: Settings, rates: Configuration['rates']): Entries {
  return [
    ['RATES_FILE', mark(json(rates ?? null))],
    ['LATE_WATCH_DAYS', settings.lateWatchDays],
    ['LATE_RATE_MAX_MOVE_BPS', settings.lateRateMaxMoveBps],
    ['RATE_MAX_DEVIATION_BPS', settings.rateMaxDeviationBps],
    ['PEG_MAX_DEVIATION_BPS', settings.pegMaxDeviationBps],
  ];
}

function ofApi(settings: Settings): Entries {
  return [
    ['PUBLIC_URL', settings.publicUrl],
    ['PAYMENT_EXPIRY_MINUTES', settings.paymentExpiryMinutes],
    ['RATE_SIGNIFICANT_DIGITS', settings.rateSignificantDigits],
    ['KEY_REQUESTS_PER_MINUTE', settings.keyRequestsPerMinute],
    ['CHECKOUT_LINK_UNPAID_PAYMENTS', settings.checkoutLinkUnpaidPayments],
  ];
}

function ofWorker(settings: Settings): Entries {
  return [
    ['WEBHOOK_RETRY_SCHEDULE', settings.webhookRetryScheduleMs.map((ms) => `${ms} ms`).join(', ')],
    ['WEBHOOK_TIMEOUT_MS', settings.webhookTimeoutMs],
    ['WEBHOOK_ALLOW_PRIVATE_NETWORKS', String(settings.webhookAllowPrivateNetworks)],
    ['WEBHOOK_RETENTION_DAYS', settings.webhookRetentionDays],
  ];
}

function ofSweeper(settings: Settings, chains: readonly ChainConfig[]): Entries {
  const { gasTankPrivateKey, payoutPrivateKey } = settings;
  return [
    ['the account of GAS_TANK_PRIVATE_KEY', gasTankPrivateKey && computeAddress(gasTankPrivateKey)],
    ['the account of PAYOUT_PRIVATE_KEY', payoutPrivateKey && computeAddress(payoutPrivateKey)],
    ['SWEEP_SCHEDULE', settings.sweepSchedule],
    ['SWEEP_MAX_FEE_BPS', settings.sweepMaxFeeBps],
    ['REFUND_MAX_FEE_BPS', settings.refundMaxFeeBps],
    ['REFUND_MAX_PER_DAY', settings.refundMaxPerDay],
    ['SWEEP_BUMP_AFTER', settings.sweepBumpAfterMs],
    ['SWEEP_STUCK_AFTER', settings.sweepStuckAfterMs],
    ...chains.flatMap((chain) => ofSweeps(chain, settings)),
  ];
}

function ofSweeps(chain: ChainConfig, settings: Settings): Entries {
  const sweeping = sweepingOf(chain, settings);
  const ofTokens = chain.tokens.map(({ address, ...token }) => [address, token.sweep, token.refund]);
  return [
    [treasurySetting(chain.chainId), 'off' in sweeping ? NOTHING_SWEPT : getAddress(sweeping.treasury)],
    [`chain ${chain.chainId}: sweep`, json({ ...chain.sweep, treasury: undefined })],
    [`chain ${chain.chainId}: limits of refunds and of tokens`, mark(json([chain.refund, ofTokens.sort()]))],
  ];
}

function confirmationsText(confirmations: Confirmations): string {
  if (confirmations.kind === 'finality') return confirmations.tag;
  const tiers = confirmations.tiers.map(({ upTo, blocks }) =>
    upTo === null ? blocks : `${blocks} up to ${upTo}`,
  );
  return tiers.join('; ');
}

/** Amounts are bigints. */
function json(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) => (typeof one === 'bigint' ? one.toString() : one));
}

function mark(value: string): string {
  return MARK + createHash('sha256').update(value).digest('hex').slice(0, 8);
}

/** What two processes say another thing of; what only one of them has to do with is the other's business. */
export function settingDifferences(here: ComparedSettings, there: ComparedSettings): SettingDifference[] {
  return Object.entries(here).flatMap(([setting, own]): SettingDifference[] => {
    const other = there[setting];
    if (other === undefined || other === own) return [];
    if (own.startsWith(MARK) || other.startsWith(MARK)) return [{ setting, here: null, there: null }];
    const [ownItems, others] = [own.split(', '), other.split(', ')];
    const without = (items: string[], left: string[]) =>
      shortened(items.filter((item) => !left.includes(item)).join(', '));
    return [{ setting, here: without(ownItems, others), there: without(others, ownItems) }];
  });
}

function shortened(text: string): string {
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}

/** @param other which process it is of, as in “process 12 on shop-2” */
export function differenceText({ setting, here, there }: SettingDifference, other: string): string {
  if (here === null || there === null) return `${setting} is another one here than in ${other}`;
  return `${setting} is ${here || 'the rest of it'} here, and ${there || 'without that'} in ${other}`;
}
