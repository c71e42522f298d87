import { getDataSourceToken } from '@nestjs/typeorm';
import { type DataSource, type EntityManager } from 'typeorm';
import { type ChainConfig } from '../config/chains.js';
import { AuthModule } from '../auth/auth.module.js';
import { AuthService } from '../auth/auth.service.js';
import { BrandingModule } from '../branding/branding.module.js';
import { LogosService } from '../branding/logos.service.js';
import { withServices } from './services.js';
import { type Terminal } from './terminal.js';

export { isUUID } from 'class-validator';
export { MerchantNotFoundError } from '../auth/auth.errors.js';
export { allAssets, storedAssets } from '../auth/accepted-assets.js';
export { newKeyOf } from '../auth/new-key.js';
export { apiKeyView, merchantSettings, merchantView } from '../auth/auth.views.js';
export { CreateApiKeyDto, CreateMerchantDto, UpdateMerchantDto } from '../auth/dto/auth.dto.js';
export { checked } from '../http/validation.js';

/** Work on merchants and keys. `chains`: as chains.yaml, or the dev chain's folder, has them. */
export function withAuth(
  terminal: Terminal,
  work: (auth: AuthService, manager: EntityManager, chains: readonly ChainConfig[]) => Promise<void>,
): Promise<void> {
  return withServices(terminal, { imports: [AuthModule] }, async (services, { chains }) => {
    const { manager } = services.get<DataSource>(getDataSourceToken());
    await work(services.get(AuthService), manager, chains);
  });
}

/** As `withAuth`, with what is set of a merchant elsewhere. */
export function withMerchants(
  terminal: Terminal,
  work: (services: {
    auth: AuthService;
    logos: LogosService;
    manager: EntityManager;
    chains: readonly ChainConfig[];
  }) => Promise<void>,
): Promise<void> {
  return withServices(terminal, { imports: [AuthModule, BrandingModule] }, async (services, { chains }) => {
    const { manager } = services.get<DataSource>(getDataSourceToken());
    await work({ auth: services.get(AuthService), logos: services.get(LogosService), manager, chains });
  });
}
