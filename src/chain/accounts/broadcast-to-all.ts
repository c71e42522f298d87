import { isGone, type Told } from '../rpc/asked-members.js';
import {
  BROADCAST_OUTCOMES,
  type BroadcastOutcome,
  MINDING_OUTCOMES,
  isPassingRefusal,
  isRefusedForGood,
  refusedAs,
} from '../rpc/broadcast.js';
import { MethodNotFoundError, type RpcError } from '../rpc/rpc-error.js';
import { type RpcPool } from '../rpc/rpc-pool.js';

/** What became of bytes that were given to nodes. */
export interface Broadcast {
  outcome: BroadcastOutcome;
  /** Why they were refused; null: they were not. */
  words: string | null;
  /**
   * Every endpoint that counts refused them, and will for as long as they are what they are. One that rests, is late or put
   * aside may take them; one that has been silent for long, or takes no transactions at all, does not count.
   */
  isForGood: boolean;
  /** Whether nobody took them, or would for another price, nonce or balance, and somebody said no to them, whatever the words. */
  isRefused: boolean;
  /** Every endpoint that counts said something about them. */
  isHeardOfAll: boolean;
  /** How many endpoints that count made what of them. */
  stands: Stands;
}

export interface Stands {
  /** They have them, or would for another price or nonce. */
  minding: number;
  /** They say that the account cannot pay for them, which can be looked up. */
  lacking: number;
  /** They said no. */
  refusing: number;
  /** Of those, to what they may cost: others, and cheaper ones, may be taken. */
  aboveCap: number;
}

/**
 * What one endpoint made of them. `minds`: it has them, or would for another price, nonce or balance. `refuses`: it said
 * no. `unheard`: it may take them yet. `gone`: it does not count where others do, as one whose head stands still: what it takes
 * may never leave it.
 */
interface Said {
  outcome: BroadcastOutcome;
  words: string | null;
  isForGood: boolean;
  stand: 'minds' | 'refuses' | 'unheard' | 'gone';
}

/**
 * Gives every endpoint the bytes: one that takes them may keep them to itself.
 * @returns the best that any of them made of it. Throws nothing.
 */
export async function broadcastToAll(rpc: Pick<RpcPool, 'askEach'>, raw: string): Promise<Broadcast> {
  const method = 'eth_sendRawTransaction';
  const told = await rpc.askEach(async (one): Promise<null> => {
    await one.call(method, [raw]);
    return null;
  }, method);
  // The words of those that were asked, where nobody took them.
  const all = [...told.filter(wasAsked), ...told.filter((one) => !wasAsked(one))].map(saidBy);
  const counting = all.filter(({ stand }) => stand !== 'gone');
  const isRefused =
    counting.some(({ stand }) => stand === 'refuses') && !counting.some(({ stand }) => stand === 'minds');
  // What one that does not count makes of them says nothing where others refuse them.
  const ranked = (isRefused ? counting : all).map((each) => ({
    each,
    rank: BROADCAST_OUTCOMES.indexOf(each.outcome),
  }));
  const [first, ...others] = ranked as [(typeof ranked)[0], ...typeof ranked];
  const { each } = others.reduce((best, other) => (other.rank < best.rank ? other : best), first);
  return {
    outcome: each.outcome,
    words: each.words,
    isForGood:
      each.outcome === 'refused' && counting.length > 0 && counting.every(({ isForGood }) => isForGood),
    isRefused,
    isHeardOfAll: counting.every(({ stand }) => stand !== 'unheard'),
    stands: standsOf(counting),
  };
}

function standsOf(counting: readonly Said[]): Stands {
  const count = (is: (said: Said) => boolean) => counting.filter(is).length;
  const lacking = count(({ outcome, stand }) => stand === 'minds' && outcome === 'insufficient_funds');
  return {
    minding: count(({ stand }) => stand === 'minds') - lacking,
    lacking,
    refusing: count(({ stand }) => stand === 'refuses'),
    aboveCap: count(({ outcome, stand }) => stand === 'refuses' && outcome === 'fee_above_cap'),
  };
}

function wasAsked(told: Told<unknown>): boolean {
  return 'answer' in told || !(told.isAside || told.failure.failure.isNotAsked);
}

function saidBy(told: Told<unknown>): Said {
  const isBehind = told.isBehind === true;
  if ('answer' in told) {
    return { outcome: 'accepted', words: null, isForGood: false, stand: isBehind ? 'gone' : 'minds' };
  }
  const { failure } = told;
  if (!wasAsked(told)) {
    const stand = isGone(told) ? 'gone' : 'unheard';
    return { outcome: 'unreachable', words: failure.message, isForGood: false, stand };
  }
  const outcome = refusedAs(failure.why);
  return {
    outcome,
    words: outcome === 'accepted' ? null : failure.message,
    isForGood: isRefusedForGood(failure.why),
    stand: isBehind ? 'gone' : standOf(failure, outcome, isGone(told)),
  };
}

function standOf(error: RpcError, outcome: BroadcastOutcome, isSilent: boolean): Said['stand'] {
  if (MINDING_OUTCOMES.includes(outcome)) return 'minds';
  if (error instanceof MethodNotFoundError) return 'gone';
  const { failure, why } = error;
  const isNo = outcome === 'refused' || outcome === 'fee_above_cap' || failure.isAnswered === true;
  // Who has no time for us has not looked at them.
  if (isNo && failure.kind !== 'rate_limited' && !isPassingRefusal(why)) return 'refuses';
  return isSilent ? 'gone' : 'unheard';
}
