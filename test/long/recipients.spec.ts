import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getAddress, HDNodeWallet, Wallet } from 'ethers';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { depositPath } from '../../src/wallet/deposit-scheme.js';
import { TEST_MNEMONIC } from '../harness/app.js';
import { PAYOUT, SweepWorld, TANK, TREASURY } from '../harness/sweep-world.js';

const ETHER = 10n ** 18n;
let world: SweepWorld;
beforeAll(async () => {
  world = await SweepWorld.start({ payoutPrivateKey: PAYOUT.privateKey });
});
afterAll(() => world?.stop());

const ask = ({ id }: PaymentView, to: string) =>
  world.app.request<{ detail: string }>('POST', `/api/v1/payments/${id}/refunds`, { to, amount: '1000' });

describe('money', () => {
  it('that went to somebody stays theirs in the books, though the address pays refunds later', async () => {
    const payment = await world.paid(ETHER);
    const later = Wallet.createRandom();
    const { body } = await world.app.request<{ id: string }>(
      'POST',
      `/api/v1/payments/${payment.id}/refunds`,
      {
        to: later.address,
        amount: (ETHER / 2n).toString(),
      },
    );
    await world.mineUntil('refunded', async () => {
      const [refund] = await world.outgoing(`subject_id = '${body.id}' AND purpose = 'refund'`);
      return refund?.state === 'confirmed';
    });
    await world.restart({ payoutPrivateKey: later.privateKey });
    await world.mineUntil('the account to be in the books', async () => {
      const rows = await world.app.database.dataSource.query<unknown[]>(
        'SELECT FROM ledger_accounts WHERE address = $1',
        [later.address.toLowerCase()],
      );
      return rows.length > 0;
    });
    const { differences, customers } = await world.requireBooks();
    expect(differences.all()).toEqual([]);
    const native = customers.find(({ asset }) => asset.token === null);
    expect(native).toMatchObject({ received: ETHER, returned: ETHER / 2n });
    await world.restart();
  });

  it('is not refunded to an account of ours, where it would hide what was taken from it', async () => {
    const payment = await world.paid(ETHER);
    const other = await world.app.createPayment();
    for (const [to, what] of [
      [PAYOUT.address, 'the account that pays refunds'],
      [TANK.address, 'the gas tank'],
      [TREASURY, 'the treasury'],
      [payment.address, 'a deposit address'],
      [other.address, 'a deposit address'],
      [getAddress(world.chain.token), 'the contract of the token'],
      [`0x${'0'.repeat(40)}`, 'the zero address'],
      [`0x${'0'.repeat(38)}64`, 'a precompile'],
      ['0x4200000000000000000000000000000000000006', 'a contract of the chain'],
    ] as const) {
      const { status, body } = await ask(payment, to);
      expect({ to, status, detail: body.detail }).toMatchObject({
        status: 400,
        detail: expect.stringContaining(what),
      });
    }
    const { address } = Wallet.createRandom();
    const swapped = address.replace(/[a-f]/gi, (letter) =>
      letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
    );
    expect(await ask(payment, swapped)).toMatchObject({ status: 400 });
    expect(await ask(payment, address)).toMatchObject({ status: 201 });
    expect(await ask(payment, address.toLowerCase())).toMatchObject({ status: 201 });
  });

  it('is not swept to an address that nobody has, or that keeps it: the process does not start', async () => {
    const deposit = (await world.app.createPayment()).address;
    for (const treasuryAddress of [
      `0x${'0'.repeat(40)}`,
      `0x${'0'.repeat(39)}1`,
      getAddress(world.chain.token),
      TANK.address,
      PAYOUT.address,
      deposit,
    ]) {
      await expect(world.restart({ treasuryAddress })).rejects.toThrow(/TREASURY_ADDRESS .* is /);
    }
    const { privateKey } = HDNodeWallet.fromPhrase(TEST_MNEMONIC, '', depositPath(0));
    await expect(world.restart({ gasTankPrivateKey: privateKey })).rejects.toThrow(
      /GAS_TANK_PRIVATE_KEY .* deposit/,
    );
    await expect(world.restart({ payoutPrivateKey: privateKey })).rejects.toThrow(
      /PAYOUT_PRIVATE_KEY .* deposit/,
    );
    await world.restart();
    const payment = await world.paid(ETHER);
    await world.plan();
    expect((await world.settled(payment.id)).sweep).not.toBeNull();
  });
});
