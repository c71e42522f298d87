import { BROADCAST_OUTCOMES, type BroadcastOutcome, isRefusedForGood, refusedAs } from '../rpc/broadcast.js';
import { type Rpc } from '../rpc/rpc-endpoint.js';
import { RpcError } from '../rpc/rpc-error.js';
import { type RpcPool } from '../rpc/rpc-pool.js';

/** What became of bytes that were given to nodes. */
export interface Broadcast {
  outcome: BroadcastOutcome;
  /** Why they were refused; null: they were not. */
  words: string | null;
  /**
   * Every endpoint that is configured refused them, and will for as long as they are what they are. One that rests, is late
   * or put aside may take them.
   */
  isForGood: boolean;
}

/**
 * Gives every endpoint the bytes: one that takes them may keep them to itself.
 * @returns the best that any of them made of it. Throws nothing.
 */
export async function broadcastToAll(
  rpc: Pick<RpcPool, 'fromEveryEndpoint' | 'size'>,
  raw: string,
): Promise<Broadcast> {
  const method = 'eth_sendRawTransaction';
  try {
    const give = async (one: Rpc): Promise<Broadcast> => {
      try {
        await one.call(method, [raw]);
        return { outcome: 'accepted', words: null, isForGood: false };
      } catch (error) {
        return refusal(error);
      }
    };
    const all = await rpc.fromEveryEndpoint(give, method, Infinity, true);
    const ranked = all.map((each) => ({ each, rank: BROADCAST_OUTCOMES.indexOf(each.outcome) }));
    const { each } = ranked.reduce((best, other) => (other.rank < best.rank ? other : best));
    const isHeardOfAll = all.length === rpc.size;
    return { ...each, isForGood: isHeardOfAll && all.every(({ isForGood }) => isForGood) };
  } catch (error) {
    return { ...refusal(error), isForGood: false };
  }
}

function refusal(error: unknown): Broadcast {
  if (!(error instanceof RpcError)) throw error;
  const outcome = refusedAs(error.message);
  const words = outcome === 'accepted' ? null : error.message;
  return { outcome, words, isForGood: isRefusedForGood(error.message) };
}
