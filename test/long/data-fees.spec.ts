import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { id, toQuantity } from 'ethers';
import { operatorFeeOf, RESERVE, tellOperatorFee, withOperatorFee } from '../harness/data-fees.js';
import { type OutgoingRow, SweepWorld, TANK, TREASURY } from '../harness/sweep-world.js';

const ETHER = 10n ** 18n;
/** Of `getOperatorFee(uint256)`. */
const OPERATOR_CALL = id('getOperatorFee(uint256)').slice(0, 10);

let world: SweepWorld;
afterEach(() => world?.stop());

describe('a batch, where the operator takes a fee as well,', () => {
  beforeEach(async () => {
    world = await withOperatorFee(SweepWorld.startBatched());
  });

  it('is signed by what all its gas may cost, and its sweeps share what it took', async () => {
    tellOperatorFee(world);
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
