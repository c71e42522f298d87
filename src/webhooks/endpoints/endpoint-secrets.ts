import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS } from '../../config/configuration.module.js';
import { type Settings } from '../../config/settings.js';
import { Sealer } from '../../http/sealing.js';
import { BUILT_IN_ENDPOINT_ID } from './built-in-endpoint.js';
import { generateSecret, generateSigningKey } from '../signing/signing-key.js';
import { type SealedSecret, type WebhookEndpoint } from './webhook-endpoint.entity.js';

export class NoWebhookUrlError extends Error {
  constructor() {
    super('WEBHOOK_URL is not set in this process, and set in another; give all of them the same');
  }
}

/** Secrets of a kind that sign beside the current one: with each the header grows, and receivers refuse long ones. */
const MOST_ENDING = 2;

/** Makes, seals and opens what endpoints sign with. The clear text is in memory while it signs, and nowhere else. */
@Injectable()
export class EndpointSecrets {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly sealer: Sealer,
  ) {}

  /**
   * Where an endpoint is. Of the built-in one it is in the settings, credentials and all, and never stored.
   * @throws NoWebhookUrlError
   */
  urlOf({ id, url }: Pick<WebhookEndpoint, 'id' | 'url'>): string {
    if (id !== BUILT_IN_ENDPOINT_ID) return url;
    if (this.settings.webhookUrl === null) throw new NoWebhookUrlError();
    return this.settings.webhookUrl;
  }

  /** What signs now: the current secret first, then those that a rotation has not yet ended, then ed25519 keys. */
  secretsOf({ id, secrets }: Pick<WebhookEndpoint, 'id' | 'secrets'>, now: Date): string[] {
    // The built-in endpoint's secret stays in the settings and is never stored.
    if (id === BUILT_IN_ENDPOINT_ID) {
      return this.settings.webhookSecret === null ? [] : [this.settings.webhookSecret];
    }
    const alive = secrets.filter((secret) => isAlive(secret, now));
    const inOrder = [...alive.filter(isSymmetric), ...alive.filter((secret) => !isSymmetric(secret))];
    return inOrder.map((secret) => this.sealer.open(secret));
  }

  /** @returns the secret in the clear, to be shown this once, and as it is stored */
  newSecret(given = generateSecret()): { secret: string; sealed: SealedSecret } {
    return { secret: given, sealed: { ...this.sealer.seal(given), expires_at: null } };
  }

  newSigningKey(): SealedSecret {
    const { privateKey, publicKey } = generateSigningKey();
    return { ...this.sealer.seal(privateKey), expires_at: null, public_key: publicKey };
  }

  /** The secrets after a rotation: what signed so far goes on for the overlap, and then not. */
  rotated(
    secrets: SealedSecret[],
    { overlapMs, given, now }: { overlapMs: number; given?: string; now: Date },
  ): { secret: string; secrets: SealedSecret[] } {
    const end = new Date(now.getTime() + overlapMs).toISOString();
    const alive = overlapMs > 0 ? secrets.filter((secret) => isAlive(secret, now)) : [];
    const newest = [
      ...alive.filter(isSymmetric).slice(0, MOST_ENDING),
      ...alive.filter((secret) => !isSymmetric(secret)).slice(0, MOST_ENDING),
    ];
    const ending = newest.map((secret) => ({ ...secret, expires_at: secret.expires_at ?? end }));
    const { secret, sealed } = this.newSecret(given);
    const keys = publicKeysOf(secrets, now).length > 0 ? [this.newSigningKey()] : [];
    return { secret, secrets: [sealed, ...keys, ...ending] };
  }
}

/** The public halves of an endpoint's ed25519 keys, the current one first. */
export function publicKeysOf(secrets: readonly SealedSecret[], now: Date): string[] {
  return secrets.flatMap((secret) =>
    secret.public_key !== undefined && isAlive(secret, now) ? [secret.public_key] : [],
  );
}

export function isSymmetric({ public_key }: SealedSecret): boolean {
  return public_key === undefined;
}

function isAlive({ expires_at }: SealedSecret, now: Date): boolean {
  return expires_at === null || new Date(expires_at) > now;
}
