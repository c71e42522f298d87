import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HDNodeWallet, Mnemonic, Wallet } from 'ethers';
import { TEST_MNEMONIC } from '../harness/app.js';
import { SweepWorld } from '../harness/sweep-world.js';
import { waitFor } from '../harness/wait-for.js';

const ETHER = 10n ** 18n;
let world: SweepWorld;
afterEach(() => world?.stop());

const allArrived = async (amount: bigint) => expect(await world.arrivedWithFees()).toBe(amount);
/** The key of the only payment there is, as a thief has it, or a second Quittance. */
const depositWallet = () =>
  new Wallet(HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(TEST_MNEMONIC), "m/44'/60'/0'/0/0").privateKey);

describe('a sweep', () => {
  beforeEach(async () => {
    world = await SweepWorld.start();
  });

  it('that a node took without saying so is neither lost nor sent twice', async () => {
    const payment = await world.paid(ETHER);
    world.node.inject(
      'eth_sendRawTransaction',
      {
        kind: 'answer',
        answer: async (call, ask) => {
          await ask(call);
          return { error: { code: -32000, message: 'request timed out' } };
        },
      },
      1,
    );
    await world.plan();
    await world.settled(payment.id);
    expect(await world.outgoing()).toMatchObject([{ state: 'confirmed' }]);
    expect(await world.timesTold(payment.id)).toBe(1);
    await allArrived(ETHER);
  });

  it('whose nonce somebody else used fails with that reason, and others go on', async () => {
    const stolen = await world.paid(ETHER);
    const heal = world.refuseBroadcasts();
    await world.plan();
    await world.waitForOutgoing(`state = 'sent'`);
    const wallet = depositWallet();
    expect(wallet.address).toBe(stolen.address);
    const thief = Wallet.createRandom().address;
    const raw = await wallet.signTransaction({
      type: 2,
      chainId: 31_337,
      nonce: 0,
      to: thief,
      value: ETHER / 4n,
      gasLimit: 21_000,
      maxFeePerGas: 10n ** 10n,
      maxPriorityFeePerGas: 10n ** 9n,
    });
    await world.chain.rpc('eth_sendRawTransaction', [raw]);
    world.isRobbed = true;
    heal();
    const sweep = await world.sweepIn(stolen.id, 'failed');
    expect(sweep.reason).toContain('was used by a transaction that is not ours');
    const other = await world.paid(2n * ETHER);
    await world.plan();
    await world.settled(other.id);
    expect((await world.app.payment(stolen.id)).status).toBe('confirmed');
    expect((await world.sweepsOf(stolen.id)).at(-1)).toMatchObject({
      state: 'waiting',
      reason_code: 'failed_before',
    });
    await world.plan({ paymentIds: [stolen.id], isForced: true });
    await world.settled(stolen.id);
    expect(await world.native(stolen.address)).toBe(0n);
  });
});

describe('a sweep on a chain with max_gas_price', () => {
  it('never offers more, and waits below it', async () => {
    const offered = 2_500_000_000n;
    world = await SweepWorld.start({}, { sweep: { enabled: true, minimum: 0n, maxGasPrice: offered } });
    const payment = await world.paid(ETHER);
    await world.plan();
    const { id } = await world.waitForOutgoing(`state = 'sent'`);
    await world.chain.setBaseFee(10n ** 11n);
    await world.chain.mine();
    world.bumpAfter(300);
    await waitFor('the fee at its ceiling', () =>
      world.app.log.some((line) => line.includes('at the ceiling')),
    );
    const [row] = await world.app.database.dataSource.query<{ most: string }[]>(
      'SELECT max(max_fee_per_gas) AS most FROM outgoing_attempts WHERE outgoing_id = $1',
      [id],
    );
    expect(BigInt(row?.most ?? 0) <= offered).toBe(true);
    await world.chain.setBaseFee(10n ** 9n);
    await world.settled(payment.id);
  });
});
