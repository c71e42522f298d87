import { AuthModule } from '../auth/auth.module.js';
import { LedgerReadingModule } from '../ledger-check/ledger-check.module.js';
import { PaymentExportModule } from '../payments/export/payment-export.module.js';
import { EVENT_WRITERS } from './event-writers.js';

export { isUUID } from 'class-validator';
export { MerchantNotFoundError } from '../auth/auth.errors.js';
export { AuthService } from '../auth/auth.service.js';
export { LedgerExport } from '../ledger/ledger-export.service.js';
export { BookedValues } from '../payments/export/booked-values.js';
export { PaymentExport } from '../payments/export/payment-export.js';
export { PAYMENT_COLUMNS } from '../payments/export/payment-lines.js';
export { withServices } from './services.js';

export const bookParts = { imports: [...EVENT_WRITERS, LedgerReadingModule, PaymentExportModule] };
export const paymentParts = { imports: [...EVENT_WRITERS, AuthModule, PaymentExportModule] };
