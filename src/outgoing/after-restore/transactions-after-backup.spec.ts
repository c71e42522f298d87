import { expect, it } from '@jest/globals';
import { type DataSource } from 'typeorm';
import { type BlockRef } from '../../chain/blocks/block.js';
import { type Chain } from '../../chain/chain.js';
import { type Address, toAddress } from '../../ids/ids.js';
import { BlockWitnesses } from '../../scanner/block-witnesses.js';
import { type AdoptedTransactions } from './adopted-transactions.js';
import { type OwnAccounts } from './own-accounts.js';
import { TransactionsAfterBackup } from './transactions-after-backup.js';

const OURS = toAddress(`0x${'11'.repeat(20)}`);
const STRANGER = toAddress(`0x${'22'.repeat(20)}`);
const BLOCK = { number: 7, hash: '0x7', time: new Date(0) } as BlockRef;

/** Reads a block with one transaction, of which the node tells a field in a form that is not known. */
function reading(from: Address, field: string) {
  const manager = { findOneBy: () => Promise.resolve({ untilBlock: 9, restoredAt: new Date(0) }) };
  const own = {
    among: (_manager: unknown, _chainId: unknown, addresses: readonly Address[]) =>
      Promise.resolve(
        new Map(addresses.filter((one) => one === OURS).map((one) => [one, { kind: 'payout' }])),
      ),
  } as unknown as OwnAccounts;
  const block = { transactions: [{ hash: '0xaa', from, type: 2, nonce: 0n, unread: [field] }] };
  const chain = { chainId: 1, evidence: { block: () => Promise.resolve(block) } } as unknown as Chain;
  const dataSource = { manager } as unknown as DataSource;
  const adopted = {} as AdoptedTransactions;
  const after = new TransactionsAfterBackup(dataSource, new BlockWitnesses(), own, adopted);
  return after.read(chain, [BLOCK], BLOCK);
}

it.each(['nonce', 'gas', 'input', 'data', 'type', 'accessList'])(
  'waits for a node that tells %s of a transaction of ours in a form that is known; a stranger’s stops nothing',
  async (field) => {
    await expect(reading(OURS, field)).rejects.toThrow(`its ${field} is in a form that is not known`);
    await expect(reading(STRANGER, field)).resolves.not.toBeNull();
  },
);
