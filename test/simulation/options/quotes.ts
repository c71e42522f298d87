import { type PaymentView } from '../../../src/payments/payment.view.js';
import { type Answer } from '../../harness/app.js';
import { askedFor, type Known, type KnownOption } from './expected.js';
import { fraction, isEqual, over } from './fraction.js';
import { type ChainWorld } from './chain-world.js';
import { type OptionWorld } from './option-world.js';
import { type SimulatedAsset } from './priced-chain.js';

/** A payment with a price, as it was asked for. */
export interface AskedPrice {
  minorUnits: bigint;
  digits: number;
  currency: string;
  /** By name, of the asset that the price is made in; null: a currency. */
  chain: string | null;
  asked: readonly SimulatedAsset[];
}

interface RefusedOption {
  chain: string;
  token_id: string | null;
  reason: string;
}

/**
 * Notes what is wrong with the answer: a rate that nobody vouches for, an amount that is not the price's by it, an asset
 * that is refused though all who price it are well, or one that is neither offered nor refused.
 * @returns null: the payment was refused
 */
export async function requireQuote(
  world: OptionWorld,
  price: AskedPrice,
  { status, body }: Answer<PaymentView>,
): Promise<Pick<Known, 'options' | 'price'> | null> {
  if (status === 422) {
    const { errors = [] } = body as unknown as { errors?: { field: string; message: string }[] };
    const unavailable = errors.map(({ field, message: reason }): RefusedOption => {
      const [chain = '', id = null] = field.split('/');
      return { chain, token_id: id, reason };
    });
    requireReasons(world, price, unavailable);
    if (unavailable.length !== price.asked.length)
      world.found.push(
        `of ${price.asked.length} assets ${unavailable.length} are refused, and nothing is offered`,
      );
    world.meet('no quote');
    return null;
  }
  if (status !== 201) throw new Error(`no payment: ${status} ${JSON.stringify(body)}`);
  requireReasons(world, price, body.unavailable);
  const rates = await storedRates(world, body.id);
  const amount = fraction(price.minorUnits, 10n ** BigInt(price.digits));
  const options = body.options.map((option, index): KnownOption => {
    const asset = price.asked.find(
      ({ chain, tokenId }) => chain.name === option.chain && tokenId === option.token_id,
    ) as SimulatedAsset;
    const isSame = price.chain === asset.chain.name && price.currency === asset.symbol;
    const rate = rates[index] ?? fraction(0n);
    const what = `${asset.symbol} in ${price.currency}`;
    if (!isSame && !isVouchedFor(world, asset.symbol, price.currency, rate))
      world.found.push(`nobody vouches for ${what} at ${option.rate?.value}, by which ${body.id} was made`);
    const should = isSame ? price.minorUnits : askedFor(amount, rate, asset.decimals);
    if (BigInt(option.amount) !== should)
      world.found.push(`${body.id} asks for ${option.amount} ${asset.symbol}, should ask for ${should}`);
    return { asset, amount: BigInt(option.amount), rate: isSame ? null : rate };
  });
  if (options.length + body.unavailable.length !== price.asked.length)
    world.found.push(`${body.id} leaves out assets that were asked for`);
  if (body.unavailable.length > 0) world.meet('some options unavailable');
  world.meet('quotes');
  return { options, price: { amount, currency: price.currency, digits: price.digits } };
}

/** Nothing is refused of which everybody tells the truth; and what is, for a reason that a merchant can read. */
function requireReasons(world: OptionWorld, price: AskedPrice, unavailable: readonly RefusedOption[]): void {
  for (const { chain, token_id: tokenId, reason } of unavailable) {
    const asset = price.asked.find((one) => one.chain.name === chain && one.tokenId === tokenId);
    if (reason.length < 20) world.found.push(`no reason, but "${reason}"`);
    if (asset === undefined) world.found.push(`${chain} ${tokenId} is refused, and was not asked for`);
    else if (asset.chain.areContractsLiedOf && / is out of service: /.test(reason))
      world.meet('a token out of service');
    else if (world.market.isWell(asset.symbol) && world.market.isWell(price.currency))
      world.found.push(`${asset.symbol} on ${chain} is refused though its rate is well: ${reason}`);
  }
}

function isVouchedFor(
  { market }: OptionWorld,
  symbol: string,
  currency: string,
  rate: KnownOption['rate'],
): boolean {
  if (symbol === currency) return rate !== null && isEqual(rate, fraction(1n));
  return market
    .worths(symbol)
    .some((one) => market.worths(currency).some((other) => rate !== null && isEqual(rate, over(one, other))));
}

/** Exactly, where the view shows 18 digits of them. */
export async function storedRates({ app }: ChainWorld, id: string) {
  const rows = await app.database.dataSource.query<{ top: string; bottom: string }[]>(
    `SELECT rate ->> 'numerator' AS top, rate ->> 'denominator' AS bottom FROM payment_options
     WHERE payment_id = $1 ORDER BY position`,
    [id],
  );
  return rows.map(({ top, bottom }) => fraction(top, bottom));
}
