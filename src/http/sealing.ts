import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS } from '../config/configuration.module.js';
import { type EncryptionKey, parseEncryptionKeys } from '../config/secrets.js';
import { type Settings } from '../config/settings.js';

/** Text encrypted with AES-256-GCM (NIST SP 800-38D); iv, ciphertext and tag in base64. */
export interface SealedText {
  key_id: string;
  iv: string;
  ciphertext: string;
  tag: string;
}

export class UnknownEncryptionKeyError extends Error {
  constructor(id: string) {
    super(
      `a secret was encrypted under the key "${id}", which ENCRYPTION_KEY does not hold; add it behind the current one`,
    );
  }
}

const ALGORITHM = 'aes-256-gcm';
/** 96 bits, the size GCM is made for. */
const IV_BYTES = 12;

/** Encrypts what must not lie in the database in the clear. The first key of ENCRYPTION_KEY seals, all of them open. */
@Injectable()
export class Sealer {
  private readonly keys: EncryptionKey[];

  constructor(@Inject(SETTINGS) settings: Settings) {
    this.keys = settings.encryptionKey === null ? [] : parseEncryptionKeys(settings.encryptionKey);
  }

  seal(plain: string): SealedText {
    const current = this.keys[0];
    if (!current) throw new UnknownEncryptionKeyError('any');
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, current.key, iv);
    const ciphertext = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    return {
      key_id: current.id,
      iv: iv.toString('base64'),
      ciphertext: ciphertext.toString('base64'),
      tag: cipher.getAuthTag().toString('base64'),
    };
  }

  /** @throws UnknownEncryptionKeyError; Error when the text was tampered with */
  open(sealed: SealedText): string {
    const known = this.keys.find(({ id }) => id === sealed.key_id);
    if (!known) throw new UnknownEncryptionKeyError(sealed.key_id);
    const decipher = createDecipheriv(ALGORITHM, known.key, Buffer.from(sealed.iv, 'base64'));
    decipher.setAuthTag(Buffer.from(sealed.tag, 'base64'));
    return Buffer.concat([
      decipher.update(Buffer.from(sealed.ciphertext, 'base64')),
      decipher.final(),
    ]).toString('utf8');
  }
}
