/**
 * What a node made of a transaction, the best for it first:
 * - `accepted`: it has it, now or since before;
 * - `nonce_too_low`: a transaction with its nonce is mined already, this one or another;
 * - `underpriced`: it has another with the same nonce, and wants a tenth more to replace it;
 * - `fee_too_low`: gas costs more now than it offers;
 * - `insufficient_funds`: its sender cannot pay for it now;
 * - `refused`: it will never take it;
 * - `unreachable`: nobody knows whether it got there.
 */
export const BROADCAST_OUTCOMES = [
  'accepted',
  'nonce_too_low',
  'underpriced',
  'fee_too_low',
  'insufficient_funds',
  'refused',
  'unreachable',
] as const;

export type BroadcastOutcome = (typeof BROADCAST_OUTCOMES)[number];

/** The words of geth, erigon, nethermind, besu, reth and anvil, and of the rollups built on them. */
const WORDS: readonly (readonly [BroadcastOutcome, RegExp])[] = [
  ['accepted', /already (known|imported|in mempool)|known transaction|alreadyknown|transaction already/i],
  ['nonce_too_low', /nonce (is )?(too low|less than|has already been used)|oldnonce|invalid nonce.*lower/i],
  [
    'underpriced',
    /replacement (transaction |fee )?(is )?(underpriced|too low)|replacementnotallowed|could not replace|gas price (is )?too low to replace/i,
  ],
  [
    'fee_too_low',
    /less than block base fee|(max fee per gas|fee ?cap|gas ?price|tip|priority fee).{0,40}(too low|less than|below|under)|underpriced|feetoolow|transaction fee too low/i,
  ],
  [
    'insufficient_funds',
    /insufficient (funds|balance|eth)|insufficientfunds|upfront cost exceeds|sender.*balance/i,
  ],
];

/** Whether a node's refusal is about the transaction it was sent, and no fault of the node. */
export function isAboutTransaction(message: string): boolean {
  return WORDS.some(([, words]) => words.test(message)) || REFUSED.test(message);
}

const REFUSED =
  /intrinsic gas|exceeds block gas limit|gas limit.*(exceed|too)|nonce too (high|far)|invalid (sender|signature|chain id|transaction)|transaction type not supported|only replay-protected|oversized|tx ?pool|rejected|authority already reserved|in-flight transaction limit|gapped-nonce|rlp/i;

/** @param message as the node gave it */
export function refusedAs(message: string): BroadcastOutcome {
  return (
    WORDS.find(([, words]) => words.test(message))?.[0] ?? (REFUSED.test(message) ? 'refused' : 'unreachable')
  );
}
