import { type PayerContract } from '../harness/payer-contract.js';
import { type TestApp } from '../harness/app.js';
import { type TestChain } from '../harness/test-chain.js';
import { type Random } from './random.js';

interface Paying {
  app: TestApp;
  chain: TestChain;
  payer: PayerContract;
  random: Random;
  /** What one of the small numbers that are paid is, in wei. */
  unit: bigint;
  payments: readonly { id: string; address: string; isToken: boolean }[];
}

/**
 * Somebody pays native money to an address that was sent gas for a token: none of it is gas that was left over. Where
 * nothing looks into transactions, a contract does, and nobody hears of it.
 */
export async function payWhereGasIs({ app, chain, payer, random, unit, payments }: Paying): Promise<string> {
  const sent = await app.database.dataSource.query<{ recipient: string }[]>(
    `SELECT DISTINCT recipient FROM outgoing_transactions WHERE purpose = 'gas' ORDER BY recipient`,
  );
  const places = payments.filter(
    ({ address, isToken }) => isToken && sent.some(({ recipient }) => recipient === address),
  );
  if (places.length === 0) return 'nobody';
  // The latest are those whose gas is used now, and comes back.
  const { id, address } = random.chance(0.5) ? (places.at(-1) as (typeof places)[0]) : random.pick(places);
  const amount = BigInt(random.between(1, 50)) * unit;
  const isUnseen = isUnseenBy(chain) && random.chance(0.7);
  await (isUnseen ? payer.call('pay', address, amount) : chain.pay(address, amount));
  return `${id} ${amount} ${isUnseen ? 'unseen' : 'native'}`;
}

/** What comes from inside of transactions is in no book of the app: `ledger check` alone tells of it. */
export function isUnseenBy({ config }: TestChain): boolean {
  return config.internalTransfers === 'off';
}
