import { createHash, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { holdUntilCommit } from '../database/transaction-lock.js';
import { Sealer, UnknownEncryptionKeyError } from '../http/sealing.js';
import { ReceiptKey } from './receipt-key.entity.js';
import { databaseClock } from '../database/database-clock.js';

/** RFC 8037: a public key of ed25519. */
export interface PublicJwk {
  kty: 'OKP';
  crv: 'Ed25519';
  x: string;
  kid: string;
  use: 'sig';
  alg: 'EdDSA';
}

/** Signs receipts as JWS (RFC 7515, EdDSA of RFC 8037), which any implementation verifies with the public key alone. */
@Injectable()
export class ReceiptSigner implements OnModuleInit {
  private readonly logger = new Logger('Receipts');
  private current: Promise<ReceiptKey> | null = null;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly sealer: Sealer,
  ) {}

  /** At each start, so that an old ENCRYPTION_KEY may go once every process has started with the new one. */
  async onModuleInit(): Promise<void> {
    if (await this.dataSource.manager.exists(ReceiptKey)) await this.key();
  }

  /** @returns `header.payload.signature`; the payload is the JSON of what was given */
  async sign(said: object): Promise<string> {
    const { id, sealed } = await this.key();
    const header = base64url(JSON.stringify({ alg: 'EdDSA', kid: id, typ: 'quittance-receipt+jws' }));
    const signed = `${header}.${base64url(JSON.stringify(said))}`;
    const der = Buffer.from(this.sealer.open(sealed), 'base64');
    const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`;
  }

  /** Every key that ever signed, the newest first. */
  async publicKeys(): Promise<PublicJwk[]> {
    await this.key();
    const keys = await this.dataSource.manager.find(ReceiptKey, { order: { createdAt: 'DESC' } });
    return keys.map(({ id, publicKey }) => ({ ...jwkOf(publicKey), kid: id, use: 'sig', alg: 'EdDSA' }));
  }

  private key(): Promise<ReceiptKey> {
    this.current ??= this.findOrMake().catch((error: unknown) => {
      this.current = null;
      throw error;
    });
    return this.current;
  }

  /** Processes that start together make one between them. */
  private findOrMake(): Promise<ReceiptKey> {
    return this.dataSource.transaction(async (manager) => {
      await holdUntilCommit(manager, 'quittance receipt key');
      const [newest] = await manager.find(ReceiptKey, { order: { createdAt: 'DESC' }, take: 1 });
      const usable = newest && (await this.upToDate(manager, newest));
      if (usable) return usable;
      const { privateKey, publicKey } = generateKeyPairSync('ed25519');
      const { x = '' } = publicKey.export({ format: 'jwk' });
      const der = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
      const made = {
        id: thumbprint(x),
        publicKey: x,
        sealed: this.sealer.seal(der),
        createdAt: databaseClock.now(),
      };
      await manager.insert(ReceiptKey, made);
      return made;
    });
  }

  /** @returns it, sealed under the key of today; null: what it is sealed under is gone, so that another one takes its place */
  private async upToDate(manager: EntityManager, key: ReceiptKey): Promise<ReceiptKey | null> {
    if (!this.sealer.isOutdated(key.sealed)) return key;
    try {
      const sealed = this.sealer.seal(this.sealer.open(key.sealed));
      await manager.update(ReceiptKey, { id: key.id }, { sealed });
      return { ...key, sealed };
    } catch (error) {
      if (!(error instanceof UnknownEncryptionKeyError)) throw error;
      this.logger.warn(
        { reason: error.message },
        'the key that receipts were signed with cannot be opened: another one signs from now on, and what it signed can still be verified',
      );
      return null;
    }
  }
}

function jwkOf(x: string): Pick<PublicJwk, 'kty' | 'crv' | 'x'> {
  return { kty: 'OKP', crv: 'Ed25519', x };
}

/** RFC 7638, section 3: the members in this order, without spaces. */
function thumbprint(x: string): string {
  const { crv, kty } = jwkOf(x);
  return createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url');
}

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url');
}
