import { getAddress } from 'ethers';
import { type ChainConfig } from '../config/chains.js';
import { depositState, type DepositState, type UncountedReason } from './counting.js';
import { type GivenBack } from './given-back.js';
import { watchEndsAt } from './lifecycle.js';
import { type NamedAsset } from './named-asset.js';
import { isLost } from './lost-payment.js';
import { type Payment } from './payment.entity.js';
import { type Transfer, type TransferKind } from './transfer.entity.js';

/** Money that reached a deposit address, as merchants see it: what GET returns and `data` of its webhooks carries. */
export interface DepositView {
  id: string;
  status: DepositState;
  /** The same as `status`, by its older name. */
  state: DepositState;
  /** Why it does not count by itself; null where it does. */
  reason: UncountedReason | null;
  /** The same in words. */
  reason_text: string | null;
  /** The payment whose address received it. */
  payment_id: string;
  chain: string;
  chain_id: number;
  /** Null: the chain's native asset. */
  token_id: string | null;
  /** EIP-55; null: the chain's native asset. */
  token_address: string | null;
  symbol: string;
  decimals: number;
  /** Decimal string in base units of the asset that arrived. */
  amount: string;
  /** What of it went back, in refunds of this deposit alone, and is final. */
  amount_refunded: string;
  /** What of it is to go back: asked for, or on its way. */
  amount_refund_pending: string;
  /** Null: an internal transfer that the address's balance tells of, and no node which transaction it was. */
  tx_hash: string | null;
  /** Position inside its transaction, 0-based: of the log, or of the internal transfer; 0 for a native one. */
  ordinal: number;
  kind: TransferKind;
  /** EIP-55; null where the transaction is unknown. */
  from: string | null;
  /** EIP-55. */
  to: string;
  block_number: number;
  block_time: string;
  created_at: string;
  /** When it was accepted or ignored. */
  resolved_at: string | null;
}

export interface DepositSubject {
  transfer: Transfer;
  payment: Pick<Payment, 'expiresAt'>;
  /** Names of chains by chain id. */
  chains: ReadonlyMap<number, Pick<ChainConfig, 'name'>>;
  /** What arrived. */
  asset: NamedAsset;
  /** What the payment may be paid in. */
  offered: readonly { chain: string; symbol: string }[];
  lateWatchMs: number;
  /** What of it goes back, in refunds of it alone. Base units. */
  back: Pick<GivenBack, 'refunded' | 'promised'>;
}

export function depositView(subject: DepositSubject): DepositView {
  const { transfer, chains, asset, back } = subject;
  return {
    id: transfer.id,
    status: depositState(transfer),
    state: depositState(transfer),
    reason: transfer.uncountedReason,
    reason_text: whyInWords(subject),
    payment_id: transfer.paymentId,
    chain: chainName(chains, transfer.chainId),
    chain_id: transfer.chainId,
    token_id: asset.id,
    token_address: asset.address === null ? null : getAddress(asset.address),
    symbol: asset.symbol,
    decimals: asset.decimals,
    amount: transfer.amount.toString(),
    amount_refunded: back.refunded.toString(),
    amount_refund_pending: back.promised.toString(),
    tx_hash: transfer.txHash,
    ordinal: transfer.ordinal,
    kind: transfer.kind,
    from: transfer.from === null ? null : getAddress(transfer.from),
    to: getAddress(transfer.to),
    block_number: transfer.blockNumber,
    block_time: transfer.blockTime.toISOString(),
    created_at: transfer.createdAt.toISOString(),
    resolved_at: transfer.resolvedAt?.toISOString() ?? null,
  };
}

/** A chain that chains.yaml no longer lists is called by its id. */
export function chainName(chains: DepositSubject['chains'], chainId: number): string {
  return chains.get(chainId)?.name ?? `chain ${chainId}`;
}

/** Why a deposit does not count by itself, as a sentence for whoever has to answer the customer. */
export function whyInWords({
  transfer,
  payment,
  chains,
  asset,
  offered,
  lateWatchMs,
}: Omit<DepositSubject, 'transfer' | 'back'> & {
  transfer: Pick<Transfer, 'uncountedReason' | 'chainId' | 'blockTime'>;
}): string | null {
  const { uncountedReason: reason } = transfer;
  // What it was made again with is no more than what the first money was: to speak of it would lead astray.
  if (isLost(payment) && reason !== null && reason !== 'absurd_amount')
    return 'Its payment was lost with a database, after the backup that was restored: your own records say what was asked for. Accept it by them, or refund it.';
  switch (reason) {
    case null:
      return null;
    case 'absurd_amount':
      return 'The token claims to have moved more than there can be of it, so it is taken for no money at all.';
    case 'wrong_chain':
      return `It was sent on ${chainName(chains, transfer.chainId)}, and the payment asks for ${anyOf(offered)}.`;
    case 'wrong_asset':
      return `It is ${asset.symbol}, and the payment asks for ${offered.length > 1 ? anyOf(offered) : offered[0]?.symbol}.`;
    case 'after_watch': {
      const end = watchEndsAt(payment, lateWatchMs).toISOString();
      return `It was mined at ${transfer.blockTime.toISOString()}, after the payment's watch window had ended at ${end}.`;
    }
    case 'payment_cancelled':
      return `It was mined at ${transfer.blockTime.toISOString()}, after the payment had been cancelled.`;
    case 'rate_unknown':
      return (
        `It was mined at ${transfer.blockTime.toISOString()}, after the payment's end, and what ${asset.symbol} was worth then was not recorded. ` +
        'Accepted, it counts at the rate that was promised.'
      );
    case 'payment_failed':
      return 'The payment had failed before it arrived: a deep reorganisation took away money that was confirmed.';
  }
}

function anyOf(offered: DepositSubject['offered']): string {
  return offered.map(({ chain, symbol }) => `${symbol} on ${chain}`).join(' or ');
}
