import { Module } from '@nestjs/common';
import { EndpointSecrets } from './endpoint-secrets.js';
import { ReturnSigner } from './return-signer.js';

@Module({ providers: [EndpointSecrets, ReturnSigner], exports: [ReturnSigner] })
export class ReturnSignerModule {}
