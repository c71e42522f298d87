import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HDNodeWallet, Mnemonic } from 'ethers';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { DepositAddresses } from '../../src/wallet/deposit-addresses.js';
import { depositNode } from '../../src/wallet/deposit-node.js';
import { HdDeposits } from '../../src/wallet/deposit-scheme.js';
import { IndexSequence } from '../../src/wallet/index-sequence.js';
import { OtherWalletError, WalletSource } from '../../src/wallet/wallet-source.js';
import { createDatabase, type TestDatabase } from '../harness/database.js';

const MNEMONIC = 'legal winner thank year wave sausage worth useful legal winner thank yellow';
const OTHER_MNEMONIC = 'letter advice cage absurd amount doctor acoustic avoid letter advice cage above';
const XPUB = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(MNEMONIC), "m/44'/60'/0'").neuter().extendedKey;

let database: TestDatabase;
let replica: DataSource;

beforeEach(async () => {
  database = await createDatabase();
  replica = await new DataSource(dataSourceOptions(database.url, 4)).initialize();
});
afterEach(async () => {
  await replica.destroy();
  await database.drop();
});

/** A process's wallet, as WalletModule puts it together. */
function wallet(dataSource: DataSource, from: Parameters<typeof depositNode>[0]) {
  const scheme = new HdDeposits(depositNode(from));
  const source = new WalletSource(dataSource, scheme);
  const addresses = new DepositAddresses(scheme, new IndexSequence(dataSource, scheme));
  return {
    start: async () => {
      await source.onModuleInit();
      return addresses;
    },
  };
}

const ours = (dataSource = database.dataSource) => wallet(dataSource, { mnemonic: MNEMONIC });
const another = (dataSource = database.dataSource) => wallet(dataSource, { mnemonic: OTHER_MNEMONIC });
const take = (addresses: DepositAddresses, count: number) =>
  Promise.all(Array.from({ length: count }, () => addresses.next()));
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

async function lastIndexTaken(): Promise<number> {
  const [row] = await database.dataSource.query<{ last_value: string }[]>(
    'SELECT last_value FROM derivation_index_seq',
  );
  return Number(row?.last_value);
}

describe('deposit addresses', () => {
  it('have each index once, whatever number of callers and processes ask at the same time', async () => {
    const [here, there] = [await ours().start(), await ours(replica).start()];
    const given = (await Promise.all([take(here, 300), take(there, 300)])).flat();
    const indices = given.map(({ derivationIndex }) => derivationIndex).sort((a, b) => a - b);
    expect(indices).toEqual(upTo(600));
    expect(new Set(given.map(({ address }) => address)).size).toBe(600);
  });

  it('take no index that nobody asked for', async () => {
    const addresses = await ours().start();
    await take(addresses, 7);
    await addresses.next();
    expect(await lastIndexTaken()).toBe(7);
  });

  it('fail while the database does, and are given again after that', async () => {
    const addresses = await ours().start();
    await addresses.next();
    await database.dataSource.query('ALTER SEQUENCE derivation_index_seq RENAME TO gone');
    const refused = await Promise.allSettled([addresses.next(), addresses.next()]);
    expect(refused.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await database.dataSource.query('ALTER SEQUENCE gone RENAME TO derivation_index_seq');
    await expect(addresses.next()).resolves.toMatchObject({ derivationIndex: 1 });
  });

  it('come to transactions that hold every connection there is', async () => {
    const addresses = await ours().start();
    const inTransaction = () => database.dataSource.transaction((manager) => addresses.nextIn(manager));
    const given = await Promise.all(Array.from({ length: 40 }, inTransaction));
    expect(given.map(({ derivationIndex }) => derivationIndex).sort((a, b) => a - b)).toEqual(upTo(40));
  });
});

describe('a database', () => {
  it('takes the same wallet again, as mnemonic or as xpub', async () => {
    await (await ours().start()).next();
    const xpubOnly = await wallet(replica, { xpub: XPUB }).start();
    await expect(xpubOnly.next()).resolves.toMatchObject({ derivationIndex: 1 });
  });

  it('refuses the start with another wallet than the one that gave its first address', async () => {
    const first = await (await ours().start()).next();
    const start = another(replica).start();
    await expect(start).rejects.toThrow(OtherWalletError);
    await expect(another(replica).start()).rejects.toThrow(first.address);
  });

  it('takes any wallet before it has given an address', async () => {
    await ours().start();
    const addresses = await another(replica).start();
    await expect(addresses.next()).resolves.toMatchObject({ derivationIndex: 0 });
  });

  it('gives no address of a wallet that was changed for another one while the process ran', async () => {
    const replaced = await ours().start();
    const current = await another(replica).start();
    await expect(replaced.next()).rejects.toThrow(OtherWalletError);
    await expect(current.next()).resolves.toMatchObject({ derivationIndex: 0 });
  });
});
