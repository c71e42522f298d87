import { type PaymentOption } from './payment-option.entity.js';
import { type Payment } from './payment.entity.js';

/** Of a payment that was asked for in one asset: before anything has come of it. */
export function onlyOption(payment: Payment): PaymentOption {
  const { chainId, chain, tokenId, amount, requiredConfirmations, expiresAt, status } = payment;
  return {
    paymentId: payment.id,
    position: 0,
    chainId,
    chain,
    tokenId,
    amount,
    requiredConfirmations,
    rate: null,
    expiresAt,
    amountReceived: 0n,
    amountConfirmed: 0n,
    confirmations: 0,
    detectedInBlock: null,
    recheckAtBlock: null,
    recheckAtTime: status === 'pending' ? expiresAt : null,
    sweep: null,
  };
}
