import { Injectable } from '@nestjs/common';
import { ReturnSigner } from '../webhooks/endpoints/return-signer.js';
import { isOf } from './page/build-page-view.js';
import { type PageKey, PagesService } from './pages.service.js';

const PAID = ['detected', 'confirmed', 'settled'];

/** The way back to the shop, with what the shop may show there: signed, so that no customer can claim to have paid. */
@Injectable()
export class ShopReturns {
  constructor(
    private readonly pages: PagesService,
    private readonly signer: ReturnSigner,
  ) {}

  /**
   * Made when it is followed, so that its time is of then.
   * @returns null: it leads nowhere, or not now
   */
  async urlFor(page: PageKey, way: 'success' | 'cancel'): Promise<string | null> {
    const { payment, shopOrigins } = await this.pages.state(page);
    const { id: paymentId, status } = payment;
    const to = way === 'success' ? payment.success_url : payment.cancel_url;
    if (to === null || !isOf(to, shopOrigins)) return null;
    if (PAID.includes(status) !== (way === 'success')) return null;
    const timestamp = Math.floor(Date.now() / 1000);
    const signature = await this.signer.sign(page.merchantId, { paymentId, status, timestamp });
    const url = new URL(to);
    url.searchParams.set('payment_id', paymentId);
    url.searchParams.set('status', status);
    url.searchParams.set('timestamp', String(timestamp));
    url.searchParams.delete('signature');
    if (signature !== null) url.searchParams.set('signature', signature);
    return url.href;
  }
}
