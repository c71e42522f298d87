import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Sealer } from '../http/sealing.js';
import { type PaymentLink } from './payment-link.entity.js';
import { databaseClock } from '../database/database-clock.js';

const MAX_AGE_MS = 24 * 3_600_000;
const MOST_CHARACTERS = 600;

/**
 * What a link's form carries, so that it is sent once: sealed here, for this link as it was shown. A form that another
 * site made up, or kept for long, makes no payment.
 */
@Injectable()
export class LinkNonces {
  constructor(private readonly sealer: Sealer) {}

  issue({ id, version }: Pick<PaymentLink, 'id' | 'version'>, nowMs = databaseClock.nowMs()): string {
    const plain = [id, version, nowMs, randomBytes(16).toString('hex')].join(' ');
    return Buffer.from(JSON.stringify(this.sealer.seal(plain))).toString('base64url');
  }

  /** @returns what is never issued twice; null: it is not of this link as it is now, or too old */
  read(
    text: string,
    { id, version }: Pick<PaymentLink, 'id' | 'version'>,
    nowMs = databaseClock.nowMs(),
  ): string | null {
    const [ofLink, ofVersion, issuedAtMs, unique] = this.open(text).split(' ');
    const ageMs = nowMs - Number(issuedAtMs);
    if (ofLink !== id || ofVersion !== String(version) || unique === undefined) return null;
    return ageMs <= MAX_AGE_MS ? unique : null;
  }

  private open(text: string): string {
    try {
      if (text.length > MOST_CHARACTERS) return '';
      return this.sealer.open(JSON.parse(Buffer.from(text, 'base64url').toString()));
    } catch {
      return '';
    }
  }
}
