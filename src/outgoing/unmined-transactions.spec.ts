import { expect, it } from '@jest/globals';
import { type Broadcasts } from './broadcasts.js';
import { type LateTransactions } from './late-transactions.js';
import { type Round } from './movers.js';
import { type OutgoingMetrics } from './outgoing-metrics.js';
import { type OutgoingRecords } from './outgoing-records.js';
import { type OutgoingRecord, type OutgoingRepository } from './outgoing.repository.js';
import { UnminedTransactions } from './unmined-transactions.js';
import { type UsedNonces } from './used-nonces.js';

/** What is done for a transaction with nonce 7, where final blocks do not say who used that. */
async function doneFor(said: number[], isLate = true): Promise<string[]> {
  const done: string[] = [];
  const does = (what: string, answer: unknown) => () => {
    done.push(what);
    return Promise.resolve(answer);
  };
  const accounts = { nonce: () => Promise.resolve(said[0]), nonces: () => Promise.resolve(said) };
  const round = { chain: { accounts }, isPaused: false } as unknown as Round;
  const record = { outgoing: { state: 'sent', from: '0x1', nonce: 7 }, attempts: [], parts: [] };
  const unmined = new UnminedTransactions(
    { attemptsOf: () => Promise.resolve([]) } as unknown as OutgoingRepository,
    {} as unknown as OutgoingRecords,
    { unlessRecent: does('given again', null), send: does('sent', null) } as unknown as Broadcasts,
    { isLate: () => isLate, signAgain: does('signed again', true) } as unknown as LateTransactions,
    {} as unknown as OutgoingMetrics,
    { follow: does('looked for', false) } as unknown as UsedNonces,
  );
  await unmined.send(round, record as unknown as OutgoingRecord, true);
  return done;
}

it('signs nothing over a nonce that all endpoints call used, and looks for who used it', async () => {
  expect(await doneFor([8])).toEqual(['looked for', 'given again']);
  expect(await doneFor([8, 9])).toEqual(['looked for', 'given again']);
});

it('signs again where one endpoint alone calls the nonce used, and where one alone does not', async () => {
  const signed = ['given again', 'signed again', 'sent'];
  expect(await doneFor([2 ** 40, 7])).toEqual(['looked for', ...signed]);
  expect(await doneFor([2 ** 40, 7, 7])).toEqual(signed);
  expect(await doneFor([7, 8])).toEqual(['looked for', ...signed]);
  expect(await doneFor([7, 7])).toEqual(signed);
});
