import { describe, expect, it } from '@jest/globals';
import { toChainId } from '../ids/ids.js';
import { type Movers, type Round } from '../outgoing/movers.js';
import { type RefundCosts } from './refund-costs.js';
import { type RefundFromDeposit } from './refund-from-deposit.js';
import { type RefundFromPayout } from './refund-from-payout.js';
import { RefundMover } from './refund-mover.js';
import { type RefundStates } from './refund-states.js';
import { type Refund } from './refund.entity.js';
import { type RefundsRepository } from './refunds.repository.js';

const BASE = toChainId(8453);
const ETHEREUM = toChainId(1);

/** Whose refunds all wait, as for money in the payout account. */
function aMover(created: Map<number, string[]>) {
  const tried: string[] = [];
  const refunds = {
    created: (chainId: number) =>
      Promise.resolve(
        (created.get(chainId) ?? []).map((id) => ({ id, depositAddress: id, chainId }) as unknown as Refund),
      ),
    isAddressBusy: ({ id }: Refund) => {
      tried.push(id);
      return Promise.resolve(true);
    },
  } as unknown as RefundsRepository;
  const states = { note: () => Promise.resolve() } as unknown as RefundStates;
  const none = {};
  const mover = new RefundMover(
    none as Movers,
    refunds,
    states,
    none as RefundFromDeposit,
    none as RefundFromPayout,
    none as RefundCosts,
  );
  const round = async (chainId: number): Promise<string[]> => {
    tried.length = 0;
    await mover.move({ chain: { chainId }, isPaused: false } as unknown as Round);
    return [...tried];
  };
  return { round };
}

describe('RefundMover', () => {
  it('tries first what has waited longest for a turn on its chain, whatever other chains do between', async () => {
    const created = new Map([[BASE, ['a', 'b']]]);
    const { round } = aMover(created);
    expect(await round(BASE)).toEqual(['a', 'b']);
    expect(await round(ETHEREUM)).toEqual([]);
    created.set(BASE, ['a', 'b', 'c']);
    expect(await round(BASE)).toEqual(['c', 'a', 'b']);
  });
});
