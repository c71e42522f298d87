import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { id, toBeHex, toQuantity } from 'ethers';
import { compile } from '../contracts/compile.js';
import { type OutgoingRow, SweepWorld, TANK, TREASURY } from '../harness/sweep-world.js';
import { waitFor } from '../harness/wait-for.js';

const ETHER = 10n ** 18n;
/** Where the OP stack has it. */
const ORACLE = '0x420000000000000000000000000000000000000F';
const { deployed } = compile(join(import.meta.dirname, '../contracts/GasPriceOracle.sol'));
/** Of `getOperatorFee(uint256)`. */
const OPERATOR_CALL = id('getOperatorFee(uint256)').slice(0, 10);
/** What the contract asks for, and a quarter. */
const RESERVE = 50_000_000_000_000n;

let world: SweepWorld;
const withOracle = async (starting: Promise<SweepWorld>) => {
  world = await starting;
  await world.chain.rpc('anvil_setCode', [ORACLE, deployed]);
};
afterEach(() => world?.stop());

// The node charges no data fee: what is held back for one stays at the address.
describe('where publishing a transaction costs a data fee', () => {
  beforeEach(() => withOracle(SweepWorld.start()));

  it('native money leaves so much behind, after a higher fee as well', async () => {
    const payment = await world.paid(ETHER);
    await world.plan();
    const { id } = await world.waitForOutgoing(`state = 'sent'`);
    await world.chain.setBaseFee(6n * 10n ** 9n);
    await world.chain.mine();
    world.bumpAfter(300);
    await waitFor('a replacement', async () => (await world.attempts(id)).length >= 2);
    const { sweep } = await world.settled(payment.id);
    expect((await world.attempts(id)).slice(1)).toContain(sweep?.tx_hash);
    expect(await world.native(payment.address)).toBe(RESERVE);
    expect((await world.native(TREASURY)) + BigInt(sweep?.fee ?? 0)).toBe(ETHER - RESERVE);
  });

  it('native money that it would take stays', async () => {
    const payment = await world.paid(RESERVE + 10_000_000_000_000n);
    await world.plan();
    expect(await world.sweepIn(payment.id, 'waiting')).toMatchObject({
      reason_code: 'fee_share',
      reason: expect.stringMatching(/^it is 60000000000000 wei, and to sweep it costs/),
    });
  });

  it('a token’s address gets so much more from the tank, once; and a tank that lacks it is low', async () => {
    const payment = await world.paidToken(5_000_000n);
    await world.chain.rpc('anvil_setBalance', [TANK.address, toQuantity(3n * RESERVE)]);
    // Its balance was set from outside.
    world.isRobbed = true;
    await world.plan();
    expect(await world.sweepIn(payment.id, 'waiting')).toMatchObject({ reason_code: 'gas_tank_low' });
    await world.chain.rpc('anvil_setBalance', [TANK.address, toQuantity(ETHER)]);
    await world.plan();
    await world.settled(payment.id);
    const rows = await world.outgoing();
    expect(rows.map(({ purpose }) => purpose)).toEqual(['gas', 'sweep']);
    expect((await world.native(payment.address)) >= RESERVE).toBe(true);
    expect(await world.token(TREASURY)).toBe(5_000_000n);
  });
});

const SCALAR = 3_000_000_000n * 10n ** 6n;
const CONSTANT = 1_000_000_000_000n;
const operatorFeeOf = (gas: bigint) => (gas * SCALAR) / 10n ** 6n + CONSTANT;
/** Of a plain transfer. */
const OPERATOR_FEE = operatorFeeOf(21_000n);
const withOperatorFee = async (starting: Promise<SweepWorld>) => {
  await withOracle(starting);
  const word = (value: bigint) => toBeHex(value, 32);
  await world.chain.rpc('anvil_setStorageAt', [ORACLE, word(0n), word(SCALAR)]);
  await world.chain.rpc('anvil_setStorageAt', [ORACLE, word(1n), word(CONSTANT)]);
  await world.chain.mine();
};
/** Receipts have it. The node does not charge what they say. */
const tellOperatorFee = () => {
  world.isRobbed = true;
  world.node.inject('eth_getTransactionReceipt', {
    kind: 'answer',
    answer: async (call, ask) => {
      const answer = (await ask(call)) as { result: object | null };
      if (answer.result === null) return answer;
      const fields = { operatorFeeScalar: toQuantity(SCALAR), operatorFeeConstant: toQuantity(CONSTANT) };
      return { ...answer, result: { ...answer.result, ...fields } };
    },
  });
};

describe('where the operator takes a fee as well', () => {
  beforeEach(() => withOperatorFee(SweepWorld.start()));

  it('native money leaves that behind, and a token’s address gets it from the tank', async () => {
    const native = await world.paid(ETHER);
    const token = await world.paidToken(5_000_000n);
    await world.plan();
    await world.settled(native.id);
    await world.settled(token.id);
    expect(await world.native(native.address)).toBe(RESERVE + (OPERATOR_FEE * 5n) / 4n);
    // A token's transfer takes more gas than a plain one.
    expect((await world.native(token.address)) > RESERVE + (OPERATOR_FEE * 5n) / 4n).toBe(true);
  });

  it('what it took of a mined transaction is recorded and booked as a fee', async () => {
    tellOperatorFee();
    const payment = await world.paid(ETHER);
    await world.plan();
    const { sweep } = await world.settled(payment.id);
    const receipt = await world.chain.rpc<{ gasUsed: string; effectiveGasPrice: string }>(
      'eth_getTransactionReceipt',
      [sweep?.tx_hash],
    );
    const gas = BigInt(receipt.gasUsed) * BigInt(receipt.effectiveGasPrice);
    expect(sweep?.fee).toBe((gas + OPERATOR_FEE).toString());
    const [booked] = await world.app.database.dataSource.query<{ amount: string }[]>(
      `SELECT amount FROM ledger_entries WHERE account = 'fees'`,
    );
    expect(booked?.amount).toBe(sweep?.fee);
  });
});

describe('a batch, where the operator takes a fee as well,', () => {
  beforeEach(() => withOperatorFee(SweepWorld.startBatched()));

  it('is signed by what all its gas may cost, and its sweeps share what it took', async () => {
    tellOperatorFee();
    const asked: bigint[] = [];
    world.node.inject('eth_call', {
      kind: 'answer',
      answer: (call, ask) => {
        const { data } = call.params[0] as { data: string };
        if (data.startsWith(OPERATOR_CALL)) asked.push(BigInt(`0x${data.slice(OPERATOR_CALL.length)}`));
        return ask(call);
      },
    });
    const payments = [await world.paidToken(5_000_000n), await world.paidToken(7n)];
    await world.plan();
    for (const { id } of payments) await world.settled(id);
    const rows = await world.outgoing();
    expect(rows).toMatchObject([{ purpose: 'sweep', account: 'gas_tank', state: 'confirmed' }]);
    const [batch] = rows as [OutgoingRow];
    const [{ gas_limit: gasLimit }] = await world.app.database.dataSource.query<[{ gas_limit: string }]>(
      'SELECT gas_limit FROM outgoing_attempts WHERE outgoing_id = $1',
      [batch.id],
    );
    expect(asked).toContain(BigInt(gasLimit));
    const receipt = await world.chain.rpc<{ gasUsed: string; effectiveGasPrice: string }>(
      'eth_getTransactionReceipt',
      [batch.tx_hash],
    );
    const gas = BigInt(receipt.gasUsed);
    expect(batch.fee).toBe((gas * BigInt(receipt.effectiveGasPrice) + operatorFeeOf(gas)).toString());
    const swept = (await Promise.all(payments.map(({ id }) => world.sweepsOf(id)))).flat();
    expect(swept.reduce((sum, { fee }) => sum + BigInt(fee ?? 0), 0n)).toBe(BigInt(batch.fee ?? 0));
    // What was reckoned with before takes in the operator's fee for a full batch, a share for each.
    for (const { estimated_fee: estimated } of swept) {
      expect(BigInt(estimated)).toBeGreaterThan(operatorFeeOf(gas / 3n));
    }
  });

  it('waits while the tank cannot pay that', async () => {
    const payments = [await world.paidToken(5_000_000n), await world.paidToken(7n)];
    world.isRobbed = true;
    await world.chain.rpc('anvil_setBalance', [TANK.address, toQuantity(2n * RESERVE)]);
    await world.plan();
    for (const { id } of payments) {
      expect(await world.sweepIn(id, 'waiting')).toMatchObject({ reason_code: 'gas_tank_low' });
    }
    await world.chain.rpc('anvil_setBalance', [TANK.address, toQuantity(ETHER)]);
    await world.plan();
    for (const { id } of payments) await world.settled(id);
    expect(await world.token(TREASURY)).toBe(5_000_007n);
  });
});
