import { type ChainConfig } from '../config/chains.js';
import { runningMs } from '../process/running-time.js';
import { type ChainExtent } from '../scanner/scanned-chain.js';

/** How far chain and clocks may be ahead of what was scanned, beside the time that has passed since. */
const AHEAD_MS = 5 * 60_000;
/** Blocks may come faster than chains.yaml says. */
const FASTER = 2;
/** As reorgs may move a transaction, before the scan has come to where it is. */
const MOVED_BLOCKS = 30;
/** As long as no endpoint shows it any more, for so many block times it counts as mined all the same. */
const UNSHOWN_BLOCKS = 30;
const UNSHOWN_AT_LEAST_MS = 60_000;
const MOST_REMEMBERED = 10_000;

interface Shown {
  /** The block that was named when the transaction was last not mined, as far as we had scanned. */
  first: number;
  /** When a receipt was last shown, in ms of running time. */
  atMs: number;
}

/**
 * The highest block that a chain can have by now.
 * @param nowMs since 1970
 */
export function highestBlockOf(
  { blockTimeMs }: Pick<ChainConfig, 'blockTimeMs'>,
  scanned: Pick<ChainExtent['scanned'], 'number' | 'time'>,
  nowMs: number,
): number {
  const behindMs = Math.max(0, nowMs - scanned.time.getTime());
  return scanned.number + Math.ceil((FASTER * (behindMs + AHEAD_MS)) / Math.max(1, blockTimeMs));
}

/**
 * Blocks above the scan in which endpoints show transactions of ours. That is their word alone, and while it counts
 * nobody sends the transaction any more: so it counts only until the scan has passed the block first named, and only
 * while somebody goes on showing it.
 */
export class ShownBlocks {
  /** By the outgoing transaction's id; the one longest not shown is forgotten first. */
  private readonly shown = new Map<string, Shown>();

  /** @param now ms of a clock that stands still when we do */
  constructor(private readonly now: () => number = runningMs) {}

  /** Whether a transaction may be in a block that is not scanned yet. @param highest as of `highestBlockOf` */
  mayBeIn(id: string, block: number, highest: number): boolean {
    const first = this.shown.get(id)?.first ?? block;
    return block <= Math.min(highest, first + MOVED_BLOCKS);
  }

  /** @param block where it is shown, or counts as mined */
  note(id: string, block: number): void {
    const first = this.shown.get(id)?.first ?? block;
    this.shown.delete(id);
    this.shown.set(id, { first, atMs: this.now() });
    const [oldest] = this.shown.keys();
    if (this.shown.size > MOST_REMEMBERED && oldest !== undefined) this.shown.delete(oldest);
  }

  /** Whether it was shown a moment ago; of one not known, its time begins now. @param block where it counts as mined */
  isRecent(id: string, block: number, { blockTimeMs }: Pick<ChainConfig, 'blockTimeMs'>): boolean {
    const known = this.shown.get(id);
    if (known === undefined) this.note(id, block);
    const lastedMs = this.now() - (known?.atMs ?? this.now());
    return lastedMs < Math.max(UNSHOWN_AT_LEAST_MS, UNSHOWN_BLOCKS * blockTimeMs);
  }

  /** It is in a scanned block. */
  forget(id: string): void {
    this.shown.delete(id);
  }
}
