import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { BrandingModule } from '../branding/branding.module.js';
import { OutboxModule } from '../events/outbox.module.js';
import { PaymentCheckModule } from '../payment-check/payment-check.module.js';
import { PaymentLinksModule } from '../payment-links/payment-links.module.js';
import { PaymentsModule } from '../payments/payments.module.js';
import { ReturnSignerModule } from '../webhooks/endpoints/return-signer.module.js';
import { AssetsController } from './assets.controller.js';
import { DevPayments } from './dev-payments.js';
import { LinkPageController } from './link-page.controller.js';
import { LivePages } from './live-pages.js';
import { MissedPages } from './missed-pages.js';
import { PageFormsController } from './page-forms.controller.js';
import { PageRenderer } from './page-renderer.js';
import { PagesService } from './pages.service.js';
import { PayPageController } from './pay-page.controller.js';
import { ReceiptSigner } from './receipt-signer.js';
import { ReceiptsController } from './receipts.controller.js';
import { ShopReturns } from './shop-returns.js';

/** What a paying customer sees (docs/checkout.md). */
@Module({
  imports: [
    AuthModule,
    BrandingModule,
    OutboxModule,
    PaymentCheckModule,
    PaymentLinksModule,
    PaymentsModule,
    ReturnSignerModule,
  ],
  controllers: [
    AssetsController,
    PayPageController,
    PageFormsController,
    LinkPageController,
    ReceiptsController,
  ],
  providers: [DevPayments, LivePages, MissedPages, PageRenderer, PagesService, ReceiptSigner, ShopReturns],
})
export class CheckoutModule {}
