import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HDNodeWallet, Mnemonic, toQuantity, Wallet } from 'ethers';
import { TEST_MNEMONIC } from '../harness/app.js';
import { type FaultyRpc } from '../harness/faulty-rpc.js';
import { SweepWorld, TREASURY } from '../harness/sweep-world.js';
import { waitFor } from '../harness/wait-for.js';

const ETHER = 10n ** 18n;
let world: SweepWorld;
let node: FaultyRpc;
afterEach(() => world?.stop());

const allArrived = async (amount: bigint) => {
  const fees = (await world.outgoing()).reduce((sum, { fee }) => sum + BigInt(fee ?? 0), 0n);
  expect((await world.native(TREASURY)) + fees).toBe(amount);
};
/** The key of the only payment there is, as a thief has it, or a second Quittance. */
const depositWallet = () =>
  new Wallet(HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(TEST_MNEMONIC), "m/44'/60'/0'/0/0").privateKey);

describe('a sweep', () => {
  beforeEach(async () => {
    world = await SweepWorld.start();
    ({ node } = world);
  });

  it('that was signed and not broadcast when the process ended goes out as the same bytes', async () => {
    const payment = await world.paid(ETHER);
    const heal = world.refuseBroadcasts();
    await world.plan();
    const { id } = await world.waitForOutgoing(`state = 'sent' AND reason LIKE '%txpool is full%'`);
    const [signed] = await world.attempts(id);
    await world.restart();
    heal();
    const { sweep } = await world.settled(payment.id);
    expect(sweep?.tx_hash).toBe(signed);
    expect(await world.outgoing()).toHaveLength(1);
    await allArrived(ETHER);
  });

  it('that a node took without saying so is neither lost nor sent twice', async () => {
    const payment = await world.paid(ETHER);
    node.inject(
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

  it('that a reorg drops is mined again as the same bytes, and settles once', async () => {
    const payment = await world.paid(ETHER);
    await world.plan();
    await world.waitForOutgoing(`state = 'sent'`);
    await world.chain.mine();
    const { tx_hash: hash } = await world.waitForOutgoing(`state = 'mined'`);
    await world.chain.mine();
    await world.chain.reorg(2);
    expect(await world.chain.rpc('eth_getTransactionReceipt', [hash])).toBeNull();
    await world.waitForOutgoing(`state = 'sent' AND tx_hash IS NULL`);
    expect((await world.app.payment(payment.id)).status).toBe('confirmed');
    const settled = await world.settled(payment.id);
    expect(settled.sweep?.tx_hash).toBe(hash);
    await world.chain.mine(3);
    expect(await world.timesTold(payment.id)).toBe(1);
    await allArrived(ETHER);
  });

  it('whose fee is too low for the market is replaced at the same nonce, and one of the two arrives', async () => {
    const payment = await world.paid(ETHER);
    await world.plan();
    const { id } = await world.waitForOutgoing(`state = 'sent'`);
    // More than it offers, for some blocks.
    await world.chain.setBaseFee(6n * 10n ** 9n);
    await world.chain.mine();
    world.bumpAfter(300);
    await waitFor('a replacement', async () => (await world.attempts(id)).length >= 2);
    const settled = await world.settled(payment.id);
    const attempts = await world.attempts(id);
    expect(attempts.slice(1)).toContain(settled.sweep?.tx_hash);
    expect(await world.outgoing()).toMatchObject([{ state: 'confirmed' }]);
    expect(await world.timesTold(payment.id)).toBe(1);
    await allArrived(ETHER);
  });

  it('whose money is no longer all there is signed again for what is left, without raising fees at every tick', async () => {
    const payment = await world.paid(ETHER);
    const heal = world.refuseBroadcasts();
    await world.plan();
    const { id } = await world.waitForOutgoing(`state = 'sent'`);
    await world.chain.rpc('anvil_setBalance', [payment.address, toQuantity(ETHER / 2n)]);
    world.isRobbed = true;
    world.bumpAfter(700);
    heal();
    const settled = await world.settled(payment.id);
    expect((await world.native(TREASURY)) + BigInt(settled.sweep?.fee ?? 0)).toBe(ETHER / 2n);
    expect((await world.attempts(id)).length).toBeLessThanOrEqual(4);
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
