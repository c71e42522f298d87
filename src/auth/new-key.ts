import { OperatorKeyOfMerchantError } from './auth.errors.js';
import { type NewKey } from './auth.service.js';
import { type CreateApiKeyDto } from './dto/auth.dto.js';

/** As the request asks for it, which was checked. @throws OperatorKeyOfMerchantError */
export function newKeyOf({ merchant_id, name, operator, scopes = [] }: CreateApiKeyDto): NewKey {
  if (operator !== true) return { merchantId: merchant_id as string, name, scopes };
  if (merchant_id !== undefined) throw new OperatorKeyOfMerchantError();
  return { merchantId: null, name, scopes: ['admin'] };
}
