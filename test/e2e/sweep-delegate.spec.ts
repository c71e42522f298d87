import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { toQuantity } from 'ethers';
import { type ChainConfig } from '../../src/config/chains.js';
import { creationCode } from '../../src/outgoing/delegate/sweep-delegate.js';
import { TEST_MNEMONIC } from '../harness/app.js';
import { writeChainsFile } from '../harness/chains-file.js';
import { quittance, type Ran } from '../harness/command-line.js';
import { createDatabase, type TestDatabase } from '../harness/database.js';
import { PARTIES, SweepWorld, TANK, TREASURY } from '../harness/sweep-world.js';
import { type TempFolder, tempFolder } from '../harness/temp-folder.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';
import { type Address, toAddress } from '../../src/ids/ids.js';

const ETHER = 10n ** 18n;

describe('quittance sweep deploy-delegate', () => {
  let chain: TestChain;
  let database: TestDatabase;
  let folder: TempFolder;
  let chainsFile: string;
  const start = async (hardfork: string) => {
    chain = await TestChain.start({}, ['--hardfork', hardfork]);
    await chain.rpc('anvil_setBalance', [TANK.address, toQuantity(ETHER)]);
    writeChainsFile(chainsFile, chain.config);
  };
  beforeEach(async () => {
    database = await createDatabase();
    folder = tempFolder();
    chainsFile = join(folder.path, 'chains.yaml');
  });
  afterEach(async () => {
    await chain.stop();
    await database.drop();
    folder.remove();
  });

  const deploy = (settings: Record<string, string> = {}) =>
    quittance(['sweep', 'deploy-delegate', '--chain', 'testchain', '--json'], {
      DATABASE_URL: database.url,
      CHAINS_FILE: chainsFile,
      MNEMONIC: TEST_MNEMONIC,
      TREASURY_ADDRESS: TREASURY,
      GAS_TANK_PRIVATE_KEY: TANK.privateKey,
      ...settings,
    });
  const deployments = () =>
    database.dataSource.query<{ state: string; recipient: string }[]>(
      `SELECT * FROM outgoing_transactions WHERE purpose = 'deploy'`,
    );
  const isSigned = () =>
    waitFor('the transaction to be sent', async () => (await deployments())[0]?.state === 'sent');
  const refused = async (ran: Promise<Ran>, why: RegExp) => {
    const { code, out, err } = await ran;
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(why);
    expect(err).not.toMatch(/\n +at /);
    expect(await deployments()).toEqual([]);
  };

  it('makes the contract once, however often it is asked, and prints where it stands', async () => {
    await start('prague');
    const [first, second] = [deploy(), isSigned().then(() => deploy())];
    await isSigned();
    await chain.mine();
    const [made, again] = await Promise.all([first, second]);
    expect(made).toMatchObject({ code: 0, err: '' });
    const { delegate, ...parties } = JSON.parse(made.out) as Record<string, string>;
    expect(parties).toMatchObject({ chain: 'testchain', treasury: TREASURY, gas_tank: TANK.address });
    expect(JSON.parse(again.out)).toEqual(JSON.parse(made.out));
    expect(await deployments()).toMatchObject([{ recipient: delegate?.toLowerCase() }]);
    expect(await chain.rpc('eth_getCode', [delegate, 'latest'])).not.toBe('0x');
  });

  it('spends nothing on a chain without EIP-7702, without a tank, or while sweeping is paused', async () => {
    await start('cancun');
    await refused(deploy(), /no endpoint of testchain shows that the chain takes transactions of type 4/);
    await refused(deploy({ GAS_TANK_PRIVATE_KEY: '' }), /GAS_TANK_PRIVATE_KEY is not set/);
    await database.dataSource.query('UPDATE sweeper_controls SET is_paused = true');
    await refused(deploy(), /sweeping is paused/);
  });
});

describe('a contract made by the command', () => {
  it('is followed by the sweeping process, and its gas is booked', async () => {
    const world = await SweepWorld.start();
    try {
      const folder = tempFolder();
      const chainsFile = join(folder.path, 'chains.yaml');
      writeChainsFile(chainsFile, world.chain.config);
      const ran = quittance(['sweep', 'deploy-delegate', '--chain', 'testchain', '--json'], {
        DATABASE_URL: world.app.database.url,
        CHAINS_FILE: chainsFile,
        MNEMONIC: TEST_MNEMONIC,
        TREASURY_ADDRESS: TREASURY,
        GAS_TANK_PRIVATE_KEY: TANK.privateKey,
      });
      const done = await world.mineUntil(
        'the contract to be final',
        async () => (await world.outgoing(`purpose = 'deploy' AND state = 'confirmed'`))[0],
      );
      expect(BigInt(done.fee ?? 0)).toBe(100n * ETHER - (await world.native(TANK.address)));
      expect(await ran).toMatchObject({ code: 0 });
      folder.remove();
      await world.app.waitForBlock(await world.chain.height());
      expect(await world.requireBooks()).toMatchObject({ differences: { count: 0 } });
    } finally {
      await world.stop();
    }
  });
});

describe('tokens stay where they are, and native money goes,', () => {
  let world: SweepWorld;
  afterEach(() => world?.stop());

  const stays = async (why: string) => {
    const [token, native] = [await world.paidToken(1_000n), await world.paid(ETHER)];
    await world.plan();
    await world.settled(native.id);
    const waiting = await world.sweepIn(token.id, 'waiting');
    expect(waiting).toMatchObject({ reason_code: 'no_delegate', reason: expect.stringContaining(why) });
    expect(await world.outgoing(`account <> 'deposit'`)).toEqual([]);
    expect(await world.token(token.address)).toBe(1_000n);
    expect(world.app.log.some((line) => line.includes('tokens are not swept') && line.includes(why))).toBe(
      true,
    );
    const health = await world.app.request<{ status: string; parts: object }>('GET', '/health');
    expect(health.body.parts).toMatchObject({ sweep_delegate_testchain: 'unavailable' });
    expect((await world.app.request('GET', '/health/ready')).status).toBe(200);
  };
  const withDelegate = (delegate: Address): Partial<ChainConfig> => ({
    sweep: { enabled: true, minimum: 0n, batches: { delegate, size: 20 } },
  });

  it.each([
    ['of another treasury', { ...PARTIES, treasury: toAddress(`0x${'66'.repeat(20)}`) }],
    ['of another gas tank', { ...PARTIES, operator: toAddress(`0x${'66'.repeat(20)}`) }],
  ])('while the contract is one %s', async (_what, parties) => {
    const chain = await TestChain.start({}, ['--hardfork', 'prague']);
    const delegate = await chain.deploy(creationCode(parties));
    world = await SweepWorld.on(chain, {}, withDelegate(delegate));
    await stays('is not the contract that pays');
  });

  it('while the chain has no EIP-7702', async () => {
    const chain = await TestChain.start({}, ['--hardfork', 'cancun']);
    const delegate = await chain.deploy(creationCode(PARTIES));
    world = await SweepWorld.on(chain, {}, withDelegate(delegate));
    await stays('takes transactions of type 4');
  });
});
