import { getDataSourceToken } from '@nestjs/typeorm';
import { type DataSource, type EntityManager } from 'typeorm';
import { AuthModule } from '../auth/auth.module.js';
import { AuthService } from '../auth/auth.service.js';
import { withServices } from './services.js';
import { type Terminal } from './terminal.js';

export { isUUID } from 'class-validator';
export { MerchantNotFoundError } from '../auth/auth.errors.js';
export { newKeyOf } from '../auth/new-key.js';
export { apiKeyView, merchantView } from '../auth/auth.views.js';
export { CreateApiKeyDto, CreateMerchantDto, UpdateMerchantDto } from '../auth/dto/auth.dto.js';
export { checked } from '../http/validation.js';

/** Work on merchants and keys, which needs nothing but the database. */
export function withAuth(
  terminal: Terminal,
  work: (auth: AuthService, manager: EntityManager) => Promise<void>,
): Promise<void> {
  return withServices(terminal, { imports: [AuthModule] }, async (services) => {
    const { manager } = services.get<DataSource>(getDataSourceToken());
    await work(services.get(AuthService), manager);
  });
}
