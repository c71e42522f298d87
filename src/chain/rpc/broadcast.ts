/**
 * What a node made of a transaction, the best for it first:
 * - `accepted`: it has it, now or since before;
 * - `nonce_too_low`: a transaction with its nonce is mined already, this one or another;
 * - `underpriced`: it has another with the same nonce, and wants a tenth more to replace it;
 * - `fee_too_low`: gas costs more now than it offers;
 * - `insufficient_funds`: its sender cannot pay for it now;
 * - `fee_above_cap`: it takes nothing that may cost so much (`rpc.txfeecap`); others may, and all may take a cheaper one;
 * - `refused`: it will never take it;
 * - `unreachable`: nobody knows whether it got there.
 */
export const BROADCAST_OUTCOMES = [
  'accepted',
  'nonce_too_low',
  'underpriced',
  'fee_too_low',
  'insufficient_funds',
  'fee_above_cap',
  'refused',
  'unreachable',
] as const;

export type BroadcastOutcome = (typeof BROADCAST_OUTCOMES)[number];

/** A node has it, or would for another price, nonce or balance. */
export const MINDING_OUTCOMES: readonly BroadcastOutcome[] = [
  'accepted',
  'nonce_too_low',
  'underpriced',
  'fee_too_low',
  'insufficient_funds',
];

/** The words of geth, erigon, nethermind, besu, reth, parity, klaytn, zksync and anvil, and of what is built on them. */
const WORDS: readonly (readonly [BroadcastOutcome, RegExp])[] = [
  [
    'accepted',
    /already (known|imported|in mempool)|known transaction|alreadyknown|transaction already|existing tx with same hash/i,
  ],
  ['nonce_too_low', /nonce (is )?(too low|less than|has already been used)|oldnonce|invalid nonce.*lower/i],
  [
    'underpriced',
    /replacement (transaction |fee )?(is )?(underpriced|too low)|replacementnotallowed|could not replace|gas price (is )?too low to replace|ownnoncealreadyused|another (tx|transaction) (which|that) has the same nonce|new fee must be higher/i,
  ],
  [
    'fee_too_low',
    /less than block base fee|(max fee per gas|fee ?cap|gas ?price|tip|priority fee).{0,40}(too low|less than|below|under)|underpriced|fee[_ ]?too[_ ]?low|increasing the fee/i,
  ],
  [
    'insufficient_funds',
    /insufficient (funds|balance|eth)|insufficientfunds|(not|n['’]t|not have) enough (funds|balance)|upfront cost exceeds|sender.*balance|overdraft/i,
  ],
  // geth, erigon, reth and those built on them; besu: its error TX_FEECAP_EXCEEDED. One ether of gas limit × price, mostly.
  [
    'fee_above_cap',
    /exceeds? the configur\w+ cap|(tx|transaction) ?fee ?cap exceeded|tx_feecap_exceeded|(tx|transaction) fee.{0,30}(exceeds|is above) (the )?(max|limit|cap)/i,
  ],
];

/** Whether a node's refusal is about the transaction it was sent, and no fault of the node. */
export function isAboutTransaction(message: string): boolean {
  return WORDS.some(([, words]) => words.test(message)) || isRefusal(message);
}

/**
 * Addresses that a node lets nobody pay: bsc's list ("sender or to in black list", reth's for it "sender or recipient is
 * blacklisted"), linea's ("recipient … is blocked as appearing on the SDN or other legally prohibited list"), and what
 * vendors and relays say of sanctions. Not who is refused himself: our own address on the net.
 */
const LISTED =
  /(?<!\b(ip|your|this) )\b(sender|recipient|address)\b(?! ['"([]?[\da-f]*[.:]).{0,50}\b(black ?-?list(ed)?|sanctions?|sanctioned|banned|forbidden|blocked|denied|prohibited)\b|\b(black ?-?listed|sanctioned|banned|forbidden) (address|recipient|sender)\b|\bofac\b|black ?-?list account/i;

const REFUSED =
  /intrinsic ?gas|floor data gas|exceeds block gas limit|gas ?limit.*(exceed|too|cap|greater|higher|above)|gaslimitexceeded|gas limit reached|exceeds_\w*gas_limit|max initcode|nonce too (high|far)|invalid (sender|signature|chain id|transaction)|(transaction|tx) type.{0,20}(not supported|unsupported|is invalid)|(unsupported|unknown) (transaction|tx) type|only replay-protected|oversized|tx ?pool|rejected|authority already reserved|in-flight transaction limit|gapped-nonce|rlp/i;

/**
 * What no node of the same rules will take at any time, whatever else it has: more gas than a block or a transaction may
 * take (also EIP-7825), less than the bytes cost by themselves, a type or a size that the chain does not have, more than a
 * proof of it may take (linea). Nonces, fees and balances are none of it, nor what a full or busy pool refuses.
 */
const FOR_GOOD =
  /intrinsic ?gas|floor data gas|(exceeds|exceeding|above|greater than|higher than|over) (the )?(block('?s)?|maximum|max|transaction|tx|cap).{0,20}gas|gas ?limit.{0,60}(exceed|too (high|large)|(greater|higher|larger) than|above|over the)|gaslimitexceeded|gas limit reached|gaslimitcap|exceeds_\w*gas_limit|(transaction|tx) type.{0,20}(not supported|unsupported|is invalid)|(unsupported|unknown) (transaction|tx) type|oversized data|max initcode size|init ?code.{0,20}(limit|too (large|big))|calldata.{0,40}greater than|line count.{0,60}above the limit|precompile address and cannot receive/i;

/** Whether a node's refusal stands for as long as the bytes are what they are. @param message as the node gave it */
export function isRefusedForGood(message: string): boolean {
  return refusedAs(message) === 'refused' && (FOR_GOOD.test(message) || LISTED.test(message));
}

/**
 * A full pool, a nonce before it that the node lacks, something else of the account in the pool, a node that catches up, a
 * way to the sequencer that is broken.
 */
const PASSING =
  /(pool|queue)\b.{0,12}(full|overflow|limit)|in the queue|sequencer\b.{0,30}(not |un)available|failed to forward|pool size|account limit exceeded|nonce ?too ?(high|far)|nonce.?gap|conflictingtype|gapped|future transaction|reserved|in-flight transaction limit|pending transaction|syncing/i;

/** Whether a node's refusal is about what it has now, and not about these bytes. @param message as the node gave it */
export function isPassingRefusal(message: string): boolean {
  return PASSING.test(message) && !isRefusedForGood(message);
}

/** @param message as the node gave it */
export function refusedAs(message: string): BroadcastOutcome {
  return (
    WORDS.find(([, words]) => words.test(message))?.[0] ?? (isRefusal(message) ? 'refused' : 'unreachable')
  );
}

function isRefusal(message: string): boolean {
  return REFUSED.test(message) || LISTED.test(message) || FOR_GOOD.test(message);
}
