import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Wallet } from 'ethers';
import { type DataSource } from 'typeorm';
import { broadcastToAll } from '../chain/accounts/broadcast-to-all.js';
import { DisagreementError } from '../chain/accounts/chain-accounts.js';
import { type Chain } from '../chain/chain.js';
import { RpcError } from '../chain/rpc/rpc-error.js';
import { type RpcPool } from '../chain/rpc/rpc-pool.js';
import { type ScannedChain } from '../scanner/scanned-chain.js';
import { Broadcasts, dearestTaken } from './broadcasts.js';
import { FinalHooks } from './final-hooks.js';
import { type OutgoingMetrics } from './outgoing-metrics.js';
import { type OutgoingRecord, type OutgoingRepository } from './outgoing.repository.js';
import { Refusals } from './refusals.js';

describe('of bytes that were signed for one nonce', () => {
  it('the dearest is found that nodes take, by few of them', async () => {
    const prices = fc.uniqueArray(fc.integer({ min: 1, max: 1_000 }), { maxLength: 60 });
    const bound = fc.integer({ min: 0, max: 1_001 });
    await fc.assert(
      fc.asyncProperty(prices, bound, bound, async (given, least, cap) => {
        const attempts = [...given].sort((one, other) => other - one);
        let asked = 0;
        const found = await dearestTaken(attempts, (price) => {
          asked += 1;
          if (price > cap) return Promise.resolve('fee_above_cap');
          return Promise.resolve(price < least ? 'fee_too_low' : 'accepted');
        });
        expect(found).toBe(attempts.find((price) => price <= cap && price >= least) ?? null);
        expect(asked).toBeLessThanOrEqual(6);
      }),
    );
  });
});

describe('of endpoints, one of which is odd and the other refuses', () => {
  const wallet = Wallet.createRandom();
  const said = (words: string) =>
    new RpcError('it', 'eth_sendRawTransaction', words, { kind: 'transient', isAnswered: true });

  /** What is noted of bytes that may cost 5 wei in all, of an account that has so much. */
  async function noted(words: readonly string[], has: bigint | Error): Promise<unknown> {
    const to = Wallet.createRandom().address;
    const raw = await wallet.signTransaction({ to, chainId: 1, gasLimit: 21_000, gasPrice: 1, type: 0 });
    const rpc = {
      askEach: () => Promise.resolve(words.map((one) => ({ endpoint: 'it', failure: said(one) }))),
    } as unknown as RpcPool;
    const chain = {
      name: 'chain',
      accounts: {
        broadcast: () => broadcastToAll(rpc, raw),
        balance: () => (has instanceof Error ? Promise.reject(has) : Promise.resolve(has)),
        dataFee: () => Promise.resolve(0n),
      },
    } as unknown as Chain;
    const written: unknown[][] = [];
    const dataSource = {
      manager: { query: () => Promise.resolve([{ sum: '5', count: '1' }]) },
      transaction: (work: (manager: unknown) => unknown) =>
        Promise.resolve(
          work({ query: (_sql: string, parameters: unknown[]) => void written.push(parameters) }),
        ),
    } as unknown as DataSource;
    const scanned = { last: () => Promise.resolve({ number: 7, hash: '0x7' }) } as unknown as ScannedChain;
    const metrics = { refusedBy: () => undefined } as unknown as OutgoingMetrics;
    const refusals = new Refusals({} as OutgoingRepository, new FinalHooks());
    const record = {
      outgoing: { id: 'one', chainId: 1, from: wallet.address.toLowerCase(), state: 'sent' },
      attempts: [{ raw, txHash: '0x1', ordinal: 0, gasLimit: 21_000, maxFeePerGas: 1n }],
    } as unknown as OutgoingRecord;
    await new Broadcasts(dataSource, scanned, refusals, metrics).send(chain, record);
    return written[0]?.[3];
  }

  it.each([
    ['it has them, and may pass them on to nobody', ['already known', 'computer says no'], 5n, 'refused'],
    ['two have them', ['already known', 'already known', 'computer says no'], 5n, 'taken'],
    ['it says wrongly that they cannot be paid', ['insufficient funds', 'computer says no'], 5n, 'refused'],
    ['both say so wrongly', ['insufficient funds', 'insufficient funds'], 5n, 'refused'],
    ['it says rightly that they cannot be paid', ['insufficient funds', 'computer says no'], 4n, 'taken'],
    [
      'endpoints differ about what the account has',
      ['insufficient funds', 'computer says no'],
      new DisagreementError('eth_getBalance', [4n, 5n]),
      'taken',
    ],
  ])('the nonce is kept or not, where %s', async (_where, words, has, standing) => {
    expect(await noted(words, has)).toBe(standing);
  });
});
