import { type ChainConfig } from '../config/chains.js';
import { shownAssets, type StoredAsset } from './accepted-assets.js';
import { type ApiKey } from './api-key.entity.js';
import { type MerchantSettings } from './auth.service.js';
import { type ApiKeyBody, type MerchantBody, type UpdateMerchantDto } from './dto/auth.dto.js';
import { logoPath } from './branding.js';
import { type Merchant } from './merchant.entity.js';

export function merchantView(
  { id, name, underpaymentToleranceBps, acceptedAssets, shopOrigins, createdAt, ...branding }: Merchant,
  chains: readonly ChainConfig[],
): MerchantBody {
  return {
    id,
    name,
    underpayment_tolerance_bps: underpaymentToleranceBps,
    accept: shownAssets(acceptedAssets, chains),
    shop_origins: shopOrigins,
    brand_color: branding.brandColor,
    support: branding.support,
    terms_url: branding.termsUrl,
    logo: branding.logo && {
      path: logoPath(branding.logo),
      width: branding.logo.width,
      height: branding.logo.height,
    },
    created_at: createdAt.toISOString(),
  };
}

/** What a request says of a merchant, as it is kept; `accept` names assets, and has to be looked up. */
export function merchantSettings(
  { name, underpayment_tolerance_bps, shop_origins, brand_color, support, terms_url }: UpdateMerchantDto,
  acceptedAssets: StoredAsset[] | null | undefined,
): Partial<MerchantSettings> {
  return {
    name,
    underpaymentToleranceBps: underpayment_tolerance_bps,
    acceptedAssets,
    shopOrigins: shop_origins,
    brandColor: brand_color,
    support,
    termsUrl: terms_url,
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
