import { expect } from '@jest/globals';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { type RefundView } from '../../src/refunds/refund.view.js';
import { type OutgoingRow, type SweepWorld, TANK } from './sweep-world.js';

export type Leg = [account: string, address: string | null, token: string | null, amount: bigint];

export const low = (address: string) => address.toLowerCase();
export const sorted = (legs: Leg[]) => legs.map(([...leg]) => leg.map(String).join(' ')).sort();

/** What the ledger of a world has of its transactions, and what the chain says of them. */
export class LedgerLines {
  constructor(private readonly world: SweepWorld) {}

  /** Every leg that was ever booked with a transaction's hash, reversals included. */
  readonly legsOf = async (hash: string | null | undefined): Promise<string[]> => {
    const rows = await this.world.app.database.dataSource.query<
      { account: string; address: string | null; token_address: string | null; amount: string }[]
    >(
      `SELECT entry.* FROM ledger_entries entry JOIN ledger_transactions booked ON booked.id = entry.transaction_id
       WHERE booked.tx_hash = $1`,
      [hash],
    );
    return sorted(
      rows.map(({ account, address, token_address: token, amount }) => [
        account,
        address,
        token,
        BigInt(amount),
      ]),
    );
  };

  /** Wei, by what the chain says it cost. */
  readonly feeOf = async (hash: string | null): Promise<bigint> => {
    const receipt = await this.world.chain.rpc<{ gasUsed: string; effectiveGasPrice: string }>(
      'eth_getTransactionReceipt',
      [hash],
    );
    return BigInt(receipt.gasUsed) * BigInt(receipt.effectiveGasPrice);
  };

  /** Of the chain, and not of what we noted. */
  readonly valueOf = async (hash: string | null): Promise<bigint> =>
    BigInt((await this.world.chain.rpc<{ value: string }>('eth_getTransactionByHash', [hash])).value);

  readonly only = async (purpose: string): Promise<OutgoingRow> => {
    const rows = await this.world.outgoing(`purpose = '${purpose}'`);
    expect(rows).toHaveLength(1);
    return rows[0] as OutgoingRow;
  };

  readonly allFinal = () =>
    this.world.mineUntil('all final', async () =>
      (await this.world.outgoing()).every(({ state }) => ['confirmed', 'failed'].includes(state)),
    );

  readonly refunded = async (payment: PaymentView, amount: bigint, to: string): Promise<RefundView> => {
    const path = `/api/v1/payments/${payment.id}/refunds`;
    await this.world.app.request('POST', path, { to, amount: amount.toString() });
    return this.world.mineUntil('refund confirmed', async () => {
      const { body } = await this.world.app.request<{ data: RefundView[] }>('GET', path);
      return body.data[0]?.state === 'confirmed' && body.data[0];
    });
  };

  readonly requireGas = async (payment: PaymentView) => {
    const gas = await this.only('gas');
    const [fee, sent] = [await this.feeOf(gas.tx_hash), await this.valueOf(gas.tx_hash)];
    expect(await this.legsOf(gas.tx_hash)).toEqual(
      sorted([
        ['gas_tank', low(TANK.address), null, -sent - fee],
        ['deposit', low(payment.address), null, sent],
        ['fees', null, null, fee],
      ]),
    );
  };

  readonly requireReturn = async (payment: PaymentView) => {
    const { tx_hash: hash } = await this.only('gas_return');
    const [fee, sent] = [await this.feeOf(hash), await this.valueOf(hash)];
    expect(sent).toBeGreaterThan(0n);
    expect(await this.legsOf(hash)).toEqual(
      sorted([
        ['deposit', low(payment.address), null, -sent - fee],
        ['gas_tank', low(TANK.address), null, sent],
        ['fees', null, null, fee],
      ]),
    );
    expect(await this.world.native(payment.address)).toBe(0n);
  };
}
