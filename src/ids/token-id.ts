import { v5 as uuidv5 } from 'uuid';
import { type Address, type ChainId } from './ids.js';

/** Quittance's own UUIDv5 namespace. Changing it would rename every token of every installation. */
const TOKEN_NAMESPACE = '6f1b8a5e-3c0d-5a44-9d53-2f3e0c9b7a11';

/** The id of a token, the same in every installation: UUIDv5 of `chain_id:address` (RFC 9562, section 5.5). */
export function tokenId(chainId: ChainId, address: Address): string {
  return uuidv5(`${chainId}:${address.toLowerCase()}`, TOKEN_NAMESPACE);
}
