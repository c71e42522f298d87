import {
  AmbiguousAssetError,
  chosenMoney,
  type PaymentMoney,
  UnknownAssetError,
} from '../payments/money-of.js';
import { type PaymentRecord } from '../payments/refund-subjects.js';
import { type CreateRefundDto } from './dto/create-refund.dto.js';
import { RefundAssetError } from './refund.errors.js';

/**
 * What of a payment a refund is of: the asset that it names, else the only one that was received.
 * @throws RefundAssetError
 */
export function refundedMoney(
  record: PaymentRecord,
  { chain, token_id: tokenId }: Pick<CreateRefundDto, 'chain' | 'token_id'>,
): PaymentMoney {
  try {
    return chosenMoney(record, {
      ...(chain == null ? {} : { chain }),
      ...(tokenId === undefined ? {} : { tokenId: tokenId?.toLowerCase() ?? null }),
    });
  } catch (error) {
    if (error instanceof UnknownAssetError || error instanceof AmbiguousAssetError)
      throw new RefundAssetError(error.message);
    throw error;
  }
}
