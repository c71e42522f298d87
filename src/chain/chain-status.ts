/**
 * `unchecked`: no node has answered yet, so nothing is known against it. `refused`: chains.yaml and chain disagree.
 * `halted`: this process found a reorg below every block it remembers, and scans no further.
 */
export type ChainStatus =
  { state: 'ready' | 'unchecked' } | { state: 'refused' | 'halted'; reasons: string[] };
