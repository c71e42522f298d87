import { formatUnits, getAddress } from 'ethers';
import { depositState, whyNotCounted } from '../payments/counting.js';
import { chainName, type DepositSubject, whyInWords } from '../payments/deposit.view.js';
import { givenBack } from '../payments/given-back.js';
import { type PaymentMoney } from '../payments/money-of.js';
import { type NamedAsset } from '../payments/named-asset.js';
import { type Payment } from '../payments/payment.entity.js';
import { type Transfer } from '../payments/transfer.entity.js';
import { type Address } from '../ids/ids.js';

/** Every answer there is to "but I paid". */
export const CHECK_CODES = [
  'counted',
  'not_deep_enough',
  'accepted',
  'ignored',
  'not_scanned_yet',
  'pending',
  'own_gas',
  'absurd_amount',
  'wrong_chain',
  'wrong_asset',
  'unknown_token',
  'after_watch',
  'payment_failed',
  'payment_cancelled',
  'rate_unknown',
  'zero_value',
  'failed',
  'other_address',
  'reorged',
  'unreadable',
  'unreachable',
  'unknown',
] as const;
export type CheckCode = (typeof CHECK_CODES)[number];

export interface Finding {
  code: CheckCode;
  /** For whoever has to answer the customer. */
  message: string;
}

/** What reached the payment's address in the transaction, as the chain shows it and as we have it. */
export interface Arrival {
  /** What moved; its `uncountedReason` is not looked at where it is recorded already. */
  transfer: Pick<Transfer, 'chainId' | 'tokenAddress' | 'amount' | 'blockNumber' | 'blockTime'>;
  /** Null: a contract that is not allow-listed. */
  asset: NamedAsset | null;
  /** Null: it is not recorded. */
  recorded: Transfer | null;
}

/** Where the payment stands, and how far the chain of the transaction has been scanned. */
export interface Standing {
  payment: Payment;
  /** In each asset that it may be paid in. */
  money: readonly PaymentMoney[];
  /** What came and is kept is all that is due. */
  isCovered: boolean;
  chains: DepositSubject['chains'];
  lateWatchMs: number;
  /** The highest block scanned of the chain that the transaction is on; null: none yet. */
  scanned: number | null;
}

/** Of a transaction of ours: what moves money from an address of the payment may have to bring gas there first. */
export const OWN_GAS: Finding = {
  code: 'own_gas',
  message:
    'It is a transaction of the gas tank: it brought gas to the address, for a transfer from there. It is no payment.',
};

/** Why an arrival counts, or does not. */
export function findingOf(arrival: Arrival, standing: Standing): Finding {
  const { transfer, asset, recorded } = arrival;
  if (transfer.amount === 0n) {
    return {
      code: 'zero_value',
      message: 'It moved an amount of zero, which is nothing: such transfers are made to confuse.',
    };
  }
  if (asset === null) {
    const address = getAddress(transfer.tokenAddress as string);
    return {
      code: 'unknown_token',
      message: `It moved a token of contract ${address}, which is not accepted here whatever it calls itself.`,
    };
  }
  return recorded === null ? unrecorded(arrival, asset, standing) : ofRecord(recorded, asset, standing);
}

function ofRecord(recorded: Transfer, asset: NamedAsset, standing: Standing): Finding {
  const state = depositState(recorded);
  const what = words(recorded.amount, asset);
  const subject = { transfer: recorded, asset, offered: offeredBy(standing), ...standing };
  switch (state) {
    case 'counted':
      return counted(recorded, what, standing);
    case 'unassigned': {
      const code = recorded.uncountedReason as Exclude<Transfer['uncountedReason'], null>;
      return { code, message: `${what} arrived and does not count. ${whyInWords(subject)}` };
    }
    case 'accepted':
      return { code: state, message: `${what} did not count by itself and was accepted by the merchant.` };
    case 'ignored':
      return { code: state, message: `${what} did not count, and the merchant chose to leave it.` };
    case 'orphaned':
      return {
        code: 'reorged',
        message: `${what} was there until a reorganisation took it away; it counts again once it is mined again and scanned.`,
      };
  }
}

function offeredBy({ money }: Standing) {
  return money.map(({ chain, asset: { symbol } }) => ({ chain, symbol }));
}

function counted(recorded: Transfer, what: string, standing: Standing): Finding {
  const { payment, money, isCovered, scanned } = standing;
  const own = money.find(
    ({ chainId, tokenAddress }) => chainId === recorded.chainId && tokenAddress === recorded.tokenAddress,
  ) as PaymentMoney;
  const total = money.length === 1 ? totalOf(own, isCovered) : totalOfAll(payment);
  const depth = Math.max(0, (scanned ?? 0) - recorded.blockNumber + 1);
  const required = own.requiredConfirmations;
  const isFinal = required === null ? own.confirmed >= own.received : depth >= required;
  if (isFinal) return { code: 'counted', message: `${what} counts already and is final; ${total}.` };
  const wait =
    required === null
      ? `the chain does not call block ${recorded.blockNumber} final yet`
      : `it has ${depth} of ${required} confirmations`;
  return {
    code: 'not_deep_enough',
    message: `${what} counts already and is not deep enough: ${wait}; ${total}.`,
  };
}

function totalOf({ asset, asked, received, refunds }: PaymentMoney, isCovered: boolean): string {
  const { refunded, promised, beforeConfirmation } = givenBack(refunds);
  const [sum, due] = [words(received, asset), words(asked, asset)];
  const back = refunded + promised;
  const less = back === 0n ? '' : `, of which ${words(back, asset)} went back or are to`;
  if (isCovered) return `${sum} of ${due} due have arrived${less}`;
  const isByRate = received - beforeConfirmation >= asked;
  const late = isByRate ? '; what came late counts at the rate of its time' : '';
  return `only ${sum} of ${due} due have arrived so far${less}${late}`;
}

/** Sums in several assets are not added up in words. */
function totalOfAll({ status }: Payment): string {
  return PAID.includes(status)
    ? 'together with what else came, all that is due has arrived'
    : 'together with what else came, not all that is due has arrived so far';
}

const PAID: readonly string[] = ['detected', 'confirmed', 'settled'];

function unrecorded({ transfer }: Arrival, asset: NamedAsset, standing: Standing): Finding {
  const { payment, money, chains, scanned, lateWatchMs } = standing;
  const { chainId, tokenAddress } = transfer;
  const what = words(transfer.amount, asset);
  const expected = { ...payment, options: money.map((one) => ({ ...one, amount: one.asked })) };
  const reason = whyNotCounted(
    expected,
    { chainId, tokenAddress, amount: transfer.amount, blockTime: transfer.blockTime },
    lateWatchMs,
  );
  const chain = chainName(chains, chainId);
  const isAhead = scanned === null || transfer.blockNumber > scanned;
  const where = isAhead
    ? `It is in block ${transfer.blockNumber} of ${chain}; the scan is at ${scanned ?? 'no block'} and has yet to come to it.`
    : `It is in block ${transfer.blockNumber} of ${chain}, which could not be read again just now; ask again in a while.`;
  if (reason !== null) {
    const subject = {
      transfer: { ...transfer, uncountedReason: reason },
      asset,
      offered: offeredBy(standing),
      ...standing,
    };
    return { code: reason, message: `${what} does not count. ${whyInWords(subject)} ${where}` };
  }
  const code = isAhead ? 'not_scanned_yet' : 'unreadable';
  return { code, message: `${what} has been seen and is not counted yet. ${where}` };
}

const MOST_TELLING: readonly CheckCode[] = ['counted', 'not_deep_enough', 'accepted', 'not_scanned_yet'];

/** One answer for all that a transaction brought: what counts first, and every sentence. */
export function summary(findings: readonly Finding[]): Finding {
  const [first] = findings;
  if (!first) throw new Error('nothing was found, which is a finding of its own');
  const telling = MOST_TELLING.find((code) => findings.some((finding) => finding.code === code));
  if (findings.length === 1) return first;
  return {
    code: telling ?? first.code,
    message: `${findings.length} transfers reached the payment's address. ${findings.map(({ message }) => message).join(' ')}`,
  };
}

const INTERNAL = {
  seen: '',
  off: ' What contracts send on inside of a transaction is not looked for on this chain.',
  unknown:
    ' What contracts sent on inside of it, no node could show now: if it should have paid you, ask again later.',
};

/**
 * What was found where nothing reached the payment's address.
 * @param chain with whether what contracts sent on inside of the transaction is known: `unknown` where no node could tell
 */
export function findingWithout(
  { name: chain, internal }: { name: string; internal: keyof typeof INTERNAL },
  { to, included }: { to: Address | null; included: { hasSucceeded: boolean; recipients: string[] } | null },
  address: Address,
  ownPayments: readonly { id: string; address: Address }[],
): Finding {
  if (included === null) {
    return { code: 'pending', message: `A node of ${chain} knows it, and it waits to be mined.` };
  }
  if (!included.hasSucceeded) {
    return {
      code: 'failed',
      message: `It was mined on ${chain} and failed: it moved no money, only its fee was paid.`,
    };
  }
  const ours = ownPayments.filter((payment) => included.recipients.includes(payment.address));
  const recipients = [...new Set(included.recipients)];
  const shown = recipients.slice(0, 3).map((one) => getAddress(one));
  const paid =
    shown.length === 0
      ? `It was mined on ${chain} and shows no payment to anyone${to === null ? '' : `; it went to ${getAddress(to)}`}.`
      : `It paid ${shown.join(', ')}${recipients.length > shown.length ? ` and ${recipients.length - shown.length} more` : ''} on ${chain}.`;
  const elsewhere = ours.map(({ id }) => ` That is the address of your payment ${id}.`).join('');
  return {
    code: 'other_address',
    message: `${paid}${elsewhere} This payment's address is ${getAddress(address)}.${INTERNAL[internal]}`,
  };
}

/** @param silent chains that could not be asked */
export function findingOfNone(own: string, asked: readonly string[], silent: readonly string[]): Finding {
  if (silent.includes(own)) {
    return { code: 'unreachable', message: `No node of ${own} answered; ask again in a while.` };
  }
  const others = silent.length > 0 ? ` ${silent.join(', ')} could not be asked.` : '';
  return {
    code: 'unknown',
    message: `No node of ${asked.join(', ')} knows it: it was never sent, was dropped or replaced, or is on a chain that is not served here.${others}`,
  };
}

function words(amount: bigint, { symbol, decimals }: NamedAsset): string {
  return `${formatUnits(amount, decimals).replace(/\.0$/, '')} ${symbol}`;
}
