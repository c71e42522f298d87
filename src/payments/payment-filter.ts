import { type ChainConfig } from '../config/chains.js';
import { createdBetween } from '../http/list-filters.js';
import { type PaymentQuery } from './dto/list-payments.dto.js';
import { type PaymentFilter } from './payments.repository.js';
import { priceFilters } from './price-filters.js';

/** What a merchant's payments are narrowed by, as a request says it. @throws ValidationFailedError */
export function paymentFilter(
  merchantId: string,
  query: PaymentQuery,
  chains: readonly ChainConfig[],
): Omit<PaymentFilter, 'limit'> {
  const { status: statuses, tx_hash: txHash, link_id: linkId, chain, reference, address } = query;
  return {
    merchantId,
    statuses,
    txHash,
    chain,
    reference,
    linkId,
    address,
    ...createdBetween(query),
    ...priceFilters(query, chains),
  };
}
