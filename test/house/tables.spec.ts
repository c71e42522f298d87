import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const SRC = join(import.meta.dirname, '../../src');

/** Queries that name another folder's table, and why they may. What is not listed here goes through the owner's door. */
const EXCEPTIONS: Record<string, { tables: string[]; because: string }> = {
  'chain/dev-chain/step-database.ts': {
    tables: ['ledger_entries', 'ledger_transactions', 'outgoing_transactions'],
    because: 'it runs before there is an app, on a client of its own, and on the development chain only',
  },
  'http/encryption-check.ts': {
    tables: ['webhook_endpoints'],
    because:
      'a secret from before there were canaries shows whether ENCRYPTION_KEY is the one that sealed it',
  },
  'ledger/paying-accounts.ts': {
    tables: ['outgoing_transactions', 'outgoing_attempts', 'outgoing_parts', 'chain_blocks'],
    because:
      'the books stand below what is sent, and ask within one statement what transactions of ours move',
  },
  'outgoing/outgoing-books.ts': {
    tables: ['refunds'],
    because: 'the books tell of a refund which payment it is of, also where it was paid from another address',
  },
  'payments/arrivals.ts': {
    tables: ['outgoing_attempts', 'outgoing_transactions'],
    because: 'payments stand below what is sent, and ask whether money that arrived was gas of ours',
  },
  'payments/deposit-funds.ts': {
    tables: ['tokens'],
    because: 'whether a sweep settles a payment is decided in the statement that settles it',
  },
  'payments/refund-facts.ts': {
    tables: ['refunds'],
    because: 'payments stand below refunds, and what goes back decides whether what is due is covered',
  },
  'payments/payments.repository.ts': {
    tables: ['events'],
    because: 'many payments and their events are written by one statement: three times the throughput',
  },
  'wallet/skipped-addresses.ts': {
    tables: ['payments'],
    because:
      'the wallet stands below payments, and watches which indices have none in the statement that passes them over',
  },
  'webhooks/delivery/pending-delivery.ts': {
    tables: ['events'],
    because: 'deliveries and the bodies they send are read by one statement, on the way of every webhook',
  },
  'webhooks/delivery/webhook-metrics.ts': {
    tables: ['events'],
    because: 'the oldest undelivered event is either not dispatched or not delivered: one statement compares',
  },
  'webhooks/rest/replay.repository.ts': {
    tables: ['events'],
    because: 'events of a time become deliveries in one statement, however many there are',
  },
};

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
  .map((file) => ({ path: file.split(sep).join('/'), text: readFileSync(join(SRC, file), 'utf8') }));

/** A table belongs to the folder that has its entity. */
const owners = new Map(
  files.flatMap(({ path, text }) =>
    [...text.matchAll(/@Entity\('(\w+)'\)/g)].map(([, table]) => [table ?? '', folderOf(path)] as const),
  ),
);

function folderOf(path: string): string {
  return path.split('/')[0] ?? '';
}

/** Tables of other folders that the queries in a file name. */
function foreignTables({ path, text }: { path: string; text: string }): string[] {
  const named = text.matchAll(/\b(?:FROM|JOIN|INTO|UPDATE|TABLE)\s+(?:ONLY\s+)?(\w+)\b/g);
  const foreign = [...named]
    .map(([, table]) => table ?? '')
    .filter((table) => owners.has(table) && owners.get(table) !== folderOf(path));
  return [...new Set(foreign)].sort();
}

describe('tables', () => {
  it('are read and written by the folder that owns them, or for a reason that is listed', () => {
    expect(owners.get('payments')).toBe('payments');
    const found = files
      .filter(({ path }) => !path.startsWith('database/migrations/'))
      .map((file) => [file.path, foreignTables(file)] as const)
      .filter(([, tables]) => tables.length > 0);
    const allowed = Object.entries(EXCEPTIONS).map(([path, { tables }]) => [path, [...tables].sort()]);
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(allowed));
  });
});
