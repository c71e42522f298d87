import { type ChainConfig } from '../config/chains.js';
import { shownAssets } from './accepted-assets.js';
import { type ApiKey } from './api-key.entity.js';
import { type ApiKeyBody, type MerchantBody } from './dto/auth.dto.js';
import { type Merchant } from './merchant.entity.js';

export function merchantView(
  { id, name, underpaymentToleranceBps, acceptedAssets, shopOrigins, createdAt }: Merchant,
  chains: readonly ChainConfig[],
): MerchantBody {
  return {
    id,
    name,
    underpayment_tolerance_bps: underpaymentToleranceBps,
    accept: shownAssets(acceptedAssets, chains),
    shop_origins: shopOrigins,
    created_at: createdAt.toISOString(),
  };
}

export function apiKeyView(key: ApiKey): ApiKeyBody {
  return {
    id: key.id,
    merchant_id: key.merchantId,
    operator: key.isOperator,
    name: key.name,
    prefix: key.prefix,
    scopes: key.scopes,
    created_at: key.createdAt.toISOString(),
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
    revoked_at: key.revokedAt?.toISOString() ?? null,
  };
}
