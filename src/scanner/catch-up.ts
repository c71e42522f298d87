/** How far a chain's scan is behind its head, and how fast it gains. */
export interface Progress {
  blocksBehind: number;
  /** Measured since the catching up began; null before there is anything to measure. */
  blocksPerSecond: number | null;
  /** Whole seconds until the head at this speed; null where it is not known. */
  etaSeconds: number | null;
  /** 0–1 of the way from where it began to the head. */
  share: number;
}

/** Fewer blocks than these are not catching up, but the usual course. */
export const FEW_BLOCKS = 40;

/** Watches one chain's scan fall behind and come back. Pure: it is told the time. */
export class CatchUp {
  private since: { block: number; atMs: number } | null = null;

  /**
   * @param scanned the last block committed
   * @param head the node's
   * @returns null while the scan is at the head, or nearly so
   */
  at(scanned: number, head: number, nowMs: number): Progress | null {
    const blocksBehind = Math.max(0, head - scanned);
    if (blocksBehind === 0 || (this.since === null && blocksBehind < FEW_BLOCKS)) {
      this.since = null;
      return null;
    }
    this.since ??= { block: scanned, atMs: nowMs };
    // A reorg may have taken it back below where it began.
    const done = Math.max(0, scanned - this.since.block);
    const seconds = (nowMs - this.since.atMs) / 1000;
    const blocksPerSecond = done > 0 && seconds > 0 ? done / seconds : null;
    return {
      blocksBehind,
      blocksPerSecond,
      etaSeconds: blocksPerSecond === null ? null : Math.ceil(blocksBehind / blocksPerSecond),
      share: done / (done + blocksBehind),
    };
  }
}

const WIDTH = 24;

/** One line for a person: `[########················] 33 %, 1200 blocks behind, 85 blocks/s, 15 s to go`. */
export function progressBar({ share, blocksBehind, blocksPerSecond, etaSeconds }: Progress): string {
  const full = Math.floor(share * WIDTH);
  const bar = '#'.repeat(full) + '·'.repeat(WIDTH - full);
  const parts = [`[${bar}] ${Math.floor(share * 100)} %`, `${blocksBehind} blocks behind`];
  if (blocksPerSecond !== null)
    parts.push(`${Math.round(blocksPerSecond)} blocks/s`, `${etaSeconds} s to go`);
  return parts.join(', ');
}
