import { plainToInstance } from 'class-transformer';
import { AuthModule } from '../auth/auth.module.js';
import { CreatePaymentLinkDto } from '../payment-links/dto/payment-link.dto.js';
import { PaymentLinksModule } from '../payment-links/payment-links.module.js';
import { HttpModule } from '../http/http.module.js';
import { checked } from '../http/validation.js';
import { EVENT_WRITERS } from './event-writers.js';

export { isUUID } from 'class-validator';
export { MerchantNotFoundError } from '../auth/auth.errors.js';
export { AuthService } from '../auth/auth.service.js';
export { shownAssets } from '../auth/accepted-assets.js';
export { PaymentLinkNotFoundError } from '../payment-links/payment-link.errors.js';
export { PaymentLinksService } from '../payment-links/payment-links.service.js';
export { withServices } from './services.js';

export const linkParts = { imports: [...EVENT_WRITERS, HttpModule, AuthModule, PaymentLinksModule] };

/** @throws ValidationFailedError */
export function newLink(values: object): CreatePaymentLinkDto {
  return checked(CreatePaymentLinkDto, plainToInstance(CreatePaymentLinkDto, values));
}
