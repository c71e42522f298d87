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

/** What should be a sealed text is something else: of another form than `seal` makes. */
export class NotSealedError extends Error {
  constructor() {
    super('this is not a text that was encrypted here');
  }
}

const ALGORITHM = 'aes-256-gcm';
/** 96 bits, the size GCM is made for. */
const IV_BYTES = 12;
/** The whole tag: one that may be cut short can be guessed (NIST SP 800-38D, appendix C). */
const TAG_BYTES = 16;

/** Encrypts what must not lie in the database in the clear. The first key of ENCRYPTION_KEY seals, all of them open. */
@Injectable()
export class Sealer {
  private readonly keys: EncryptionKey[];

  constructor(@Inject(SETTINGS) settings: Settings) {
    this.keys = settings.encryptionKey === null ? [] : parseEncryptionKeys(settings.encryptionKey);
  }

  /** Under a key that ENCRYPTION_KEY does not have first any more: it is to go once nothing is sealed under it. */
  isOutdated({ key_id: keyId }: SealedText): boolean {
    return keyId !== this.keys[0]?.id;
  }

  seal(plain: string): SealedText {
    const current = this.keys[0];
    if (!current) throw new UnknownEncryptionKeyError('any');
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, current.key, iv, { authTagLength: TAG_BYTES });
    const ciphertext = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    return {
      key_id: current.id,
      iv: iv.toString('base64'),
      ciphertext: ciphertext.toString('base64'),
      tag: cipher.getAuthTag().toString('base64'),
    };
  }

  /**
   * @param sealed whatever came, also from strangers: its form is checked before anything is made of it
   * @throws NotSealedError, UnknownEncryptionKeyError; Error when the text was tampered with
   */
  open(sealed: unknown): string {
    const { key_id: keyId, ...parts } = sealedText(sealed);
    const [iv, ciphertext, tag] = [parts.iv, parts.ciphertext, parts.tag].map((part) =>
      Buffer.from(part, 'base64'),
    ) as [Buffer, Buffer, Buffer];
    if (iv.length !== IV_BYTES || tag.length !== TAG_BYTES) throw new NotSealedError();
    const known = this.keys.find(({ id }) => id === keyId);
    if (!known) throw new UnknownEncryptionKeyError(keyId);
    const decipher = createDecipheriv(ALGORITHM, known.key, iv, { authTagLength: TAG_BYTES });
    decipher.setAuthTag(tag);
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8');
  }
}

/** @throws NotSealedError */
function sealedText(value: unknown): SealedText {
  if (typeof value !== 'object' || value === null) throw new NotSealedError();
  const { key_id, iv, ciphertext, tag } = value as Record<string, unknown>;
  const isText = [key_id, iv, ciphertext, tag].every((part) => typeof part === 'string');
  if (!isText) throw new NotSealedError();
  return { key_id, iv, ciphertext, tag } as SealedText;
}
