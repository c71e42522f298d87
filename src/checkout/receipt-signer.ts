import { createHash, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { holdUntilCommit } from '../database/transaction-lock.js';
import { Sealer } from '../http/sealing.js';
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
export class ReceiptSigner {
  private current: Promise<ReceiptKey> | null = null;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly sealer: Sealer,
  ) {}

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
      if (newest) return newest;
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
