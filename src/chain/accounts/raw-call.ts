import { type Authorization, toQuantity } from 'ethers';
import { type Address } from '../../ids/ids.js';

export interface Call {
  from: Address;
  /** Null: it makes a contract. */
  to: Address | null;
  value?: bigint;
  data?: string;
  /** Applied before it (EIP-7702). */
  authorizations?: readonly Authorization[];
}

/** As nodes take it. */
export function rawCall({ from, to, value = 0n, data = '0x', authorizations = [] }: Call) {
  const call = { from, ...(to === null ? {} : { to }), value: `0x${value.toString(16)}`, data };
  if (authorizations.length === 0) return call;
  const authorizationList = authorizations.map(
    ({ address, nonce, chainId, signature: { r, s, yParity } }) => ({
      chainId: toQuantity(chainId),
      address,
      nonce: toQuantity(nonce),
      yParity: toQuantity(yParity),
      r: toQuantity(r),
      s: toQuantity(s),
    }),
  );
  return { ...call, authorizationList };
}
