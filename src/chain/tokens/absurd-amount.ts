import { type Asset } from '../../ids/ids.js';

/**
 * No token has so much of itself: the largest supplies have about 50 digits, this has 58. Above it a contract only
 * claims to have moved or to hold something, and few such claims add up to more digits than an amount may have (78).
 */
const ABSURD_ABOVE = 2n ** 192n;

/** Whether a token claims more than there can be. The native asset's amounts are the chain's own. */
export function isAbsurdAmount(tokenAddress: Asset, amount: bigint): boolean {
  return tokenAddress !== null && amount > ABSURD_ABOVE;
}
