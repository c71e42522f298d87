import { Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { type Asset, type ChainId } from '../../ids/ids.js';
import { add, divide, multiply, ONE, rational } from '../../rates/rational.js';
import { fractionOf } from '../counted-money.js';
import { type NamedAsset } from '../named-asset.js';
import { NamedAssets } from '../named-assets.js';
import { type Lot } from '../lots.js';
import { type Fraction } from '../parts.js';
import { optionOf, type PaymentRecord, PaymentRecords } from '../payment-records.js';
import { Payment } from '../payment.entity.js';
import { valueIn } from '../price.view.js';
import { lotsSentAs } from '../refund-facts.js';
import { Transfer } from '../transfer.entity.js';

/** What a line of the books says of the money in it. */
export interface BookedMoney {
  /** Of what was moved. */
  subject: string;
  payment_id: string | null;
  chain_id: ChainId;
  account: string;
  /** The token's contract; null: the native asset. */
  token: Asset;
  /** Base units. */
  amount: string;
}

export interface BookedValue {
  symbol: string;
  decimals: number;
  /** Of the payment's price; null, with the value: it has none, or this is no money of what it may be paid in. */
  price_currency: string | null;
  /** In whole units of the currency, rounded towards zero; on the lines of customers alone. */
  value: string | null;
}

const TRANSFER = 'transfer:';
const OUTGOING = 'outgoing:';

/** How money counted that came or went: null: by the promised rate; by line of the books' subject. */
type Factors = ReadonlyMap<string, Fraction | null>;

/** What lines of the books are worth in the currency of their payment's price, by the rate that the payment has locked. */
@Injectable()
export class BookedValues {
  constructor(
    private readonly records: PaymentRecords,
    private readonly assets: NamedAssets,
  ) {}

  /** In the order given. */
  async of(manager: EntityManager, lines: readonly BookedMoney[]): Promise<BookedValue[]> {
    const places = lines.map(({ chain_id: chainId, token: tokenAddress }) => ({ chainId, tokenAddress }));
    const nameOf = await this.assets.at(manager, places);
    const ofCustomers = lines.filter(({ account }) => account === 'customer');
    const records = await this.pricedPayments(manager, ofCustomers);
    const factors: Factors = new Map([
      ...(await factorsOfTransfers(manager, ofCustomers)),
      ...(await factorsOfRefunds(manager, ofCustomers)),
    ]);
    return lines.map((line, index) => {
      const { symbol, decimals } = nameOf(places[index] as (typeof places)[number]) satisfies NamedAsset;
      const record = line.account === 'customer' ? records.get(line.payment_id ?? '') : undefined;
      const value = record ? valueOf(line, record, factors) : null;
      const currency = value === null ? null : (record?.payment.priceCurrency ?? null);
      return { symbol, decimals, price_currency: currency, value };
    });
  }

  private async pricedPayments(
    manager: EntityManager,
    lines: readonly BookedMoney[],
  ): Promise<Map<string, PaymentRecord>> {
    const ids = [...new Set(lines.map((line) => line.payment_id).filter((id) => id !== null))];
    const payments = await manager.findBy(Payment, { id: In(ids) });
    const priced = payments.filter(({ priceAmount }) => priceAmount !== null);
    return new Map((await this.records.of(manager, priced)).map((one) => [one.payment.id, one]));
  }
}

async function factorsOfTransfers(manager: EntityManager, lines: readonly BookedMoney[]): Promise<Factors> {
  const transfers = await manager.findBy(Transfer, { id: In(idsOf(lines, TRANSFER)) });
  return new Map(transfers.map(({ id, valueFactor }) => [`${TRANSFER}${id}`, fractionOf(valueFactor)]));
}

/** What a base unit of each is worth; one that names none of what it takes is left out. */
async function factorsOfRefunds(manager: EntityManager, lines: readonly BookedMoney[]): Promise<Factors> {
  const refunds = await lotsSentAs(manager, idsOf(lines, OUTGOING));
  return new Map([...refunds].flatMap(([id, lots]) => (lots ? [[`${OUTGOING}${id}`, together(lots)]] : [])));
}

function idsOf(lines: readonly BookedMoney[], kind: string): string[] {
  return lines.flatMap(({ subject }) => (subject.startsWith(kind) ? [subject.slice(kind.length)] : []));
}

function together(lots: readonly Lot[]): Fraction {
  const worth = lots
    .map(({ amount, factor }) => multiply(rational(amount), factor ?? ONE))
    .reduce(add, rational(0n));
  return divide(worth, rational(lots.reduce((sum, { amount }) => sum + amount, 0n)));
}

/** What came is worth what it counted as, and what went back as well; where that is not known, the average of what came. */
function valueOf(line: BookedMoney, record: PaymentRecord, factors: Factors): string | null {
  const option = optionOf(record, { chainId: line.chain_id, tokenAddress: line.token });
  if (option < 0) return null;
  const factor = factors.get(line.subject);
  return valueIn(
    record,
    option,
    BigInt(line.amount),
    factor === undefined ? 'average' : (factor ?? 'locked'),
  );
}
