import { type Proofs } from './chains.js';

/**
 * Chains known to differ from Ethereum in what their blocks prove; every other one proves all of it.
 *
 * `receipts`: the root of the receipts is Ethereum's, and headers or transaction types are not, or are not known to be.
 * - Celo (main, Alfajores, Sepolia) has type 0x7b, and blocks from before it became an OP chain (CIP-64, CIP-66).
 * - Scroll's messages from below are of a type 0x7e that is not the OP stack's (scroll-tech/go-ethereum, l1_message_tx.go).
 *
 * - Linea has no recorded block to confirm its headers by.
 *
 * `off`: the roots do not cover what the nodes report.
 * - Polygon: state syncs stand outside of them. ZKsync: hashes are made in another way.
 * - Avalanche: headers have fields of their own, and since streaming execution (ACP-194) the root of receipts is that
 *   of blocks settled before.
 * - Cronos and Hedera: the nodes put an Ethereum block together from something else; the root is that of nothing, or
 *   none (seen in blocks 11,446,765 and 97,395,350).
 * - Mantle and Sonic: built from other code, with no recorded block to confirm any of it by; they are believed.
 */
const UNUSUAL_PROOFS: ReadonlyMap<unknown, Proofs> = new Map<unknown, Proofs>([
  [42_220, 'receipts'],
  [44_787, 'receipts'],
  [11_142_220, 'receipts'],
  [534_352, 'receipts'],
  [534_351, 'receipts'],
  [59_144, 'receipts'],
  [59_141, 'receipts'],
  [137, 'off'],
  [80_002, 'off'],
  [324, 'off'],
  [300, 'off'],
  [43_114, 'off'],
  [43_113, 'off'],
  [25, 'off'],
  [338, 'off'],
  [295, 'off'],
  [296, 'off'],
  [5_000, 'off'],
  [5_003, 'off'],
  [146, 'off'],
]);

/** What the blocks of a chain prove as far as is known; `full` for chains that are not known to differ. */
export function usualProofs(chainId: unknown): Proofs {
  return UNUSUAL_PROOFS.get(chainId) ?? 'full';
}
