/** Why there is no rate. */
export const REFUSAL_CODES = [
  'no_pair',
  'no_source',
  'not_read_yet',
  'unreachable',
  'unreadable',
  'wrong_feed',
  'not_positive',
  'incomplete_round',
  'ahead_of_time',
  'stale',
  'chain_behind',
  'nodes_differ',
  'sequencer_unknown',
  'sequencer_down',
  'sequencer_recovering',
  'one_source',
  'sources_differ',
  'off_peg',
] as const;

export type RefusalCode = (typeof REFUSAL_CODES)[number];

/** One sentence that a merchant can read, and its code for programs. */
export interface Refusal {
  code: RefusalCode;
  reason: string;
}

export function refusal(code: RefusalCode, reason: string): Refusal {
  return { code, reason };
}
