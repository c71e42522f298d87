import { type PaymentView } from '../../../src/payments/payment.view.js';
import { waitFor } from '../../harness/wait-for.js';
import { checkATransaction, decideOnADeposit } from '../merchant-actions.js';
import { type Random } from '../random.js';
import { requireQuote } from './quotes.js';
import { creditOf, type Known } from './expected.js';
import { type ChainWorld } from './chain-world.js';
import { type OptionWorld } from './option-world.js';
import { type SimulatedAsset } from './priced-chain.js';

export interface Action {
  name: string;
  /** How often it is taken, relative to the others. */
  weight: number;
  /** @returns what was done in detail */
  run: (world: OptionWorld) => Promise<string>;
}

interface Currency {
  currency: string;
  digits: number;
  /** By name, of the asset that the price is made in. */
  chain?: string;
}

const CURRENCIES: readonly Currency[] = [
  { currency: 'EUR', digits: 2 },
  { currency: 'EUR', digits: 2 },
  { currency: 'USD', digits: 2 },
  { currency: 'JPY', digits: 0 },
  { currency: 'TUSD', digits: 6, chain: 'alpha' },
];

async function create(world: OptionWorld): Promise<string> {
  const { random, app, payments } = world;
  const { currency, digits, chain } = random.pick(CURRENCIES);
  const minorUnits = BigInt(random.between(1, random.pick([999, 20_000]))) * (digits === 6 ? 10_000n : 1n);
  const amount = decimal(minorUnits, digits);
  const asked = someAssets(random, world.assets);
  const minutes = random.pick([5, 5, 15, 60, 600]);
  // A process that has just started asks for patience.
  const answer = await waitFor('rates that are read', async () => {
    const given = await app.request<PaymentView>('POST', '/api/v1/payments', {
      price: { amount, currency, ...(chain === undefined ? {} : { chain }) },
      accept: asked.map((asset) => ({ chain: asset.chain.name, token_id: asset.tokenId })),
      expires_in_minutes: minutes,
    });
    return (given.body as { code?: string }).code === 'rates_not_read_yet' ? null : given;
  });
  const quoted = await requireQuote(
    world,
    { minorUnits, digits, currency, chain: chain ?? null, asked },
    answer,
  );
  if (quoted === null) return `${amount} ${currency}: refused`;
  const { body } = answer;
  payments.push({ ...quoted, ...remembered(world, body) });
  return `${body.id} ${amount} ${currency} in ${quoted.options.map(({ asset, amount: due }) => `${due} ${nameOf(asset)}`).join(', ')}, ${minutes} min`;
}

/** Of one asset, as ever. */
async function createPlain(world: OptionWorld): Promise<string> {
  const { random, app, payments } = world;
  const asset = random.pick(world.assets);
  const amount = BigInt(random.between(1, 100_000));
  const { status, body } = await app.request<PaymentView>('POST', '/api/v1/payments', {
    chain: asset.chain.name,
    amount: amount.toString(),
    ...(asset.tokenId === null ? {} : { token_id: asset.tokenId }),
    expires_in_minutes: random.pick([5, 60]),
  });
  if (
    status === 400 &&
    asset.chain.areContractsLiedOf &&
    JSON.stringify(body).includes(' is out of service: ')
  )
    return `${nameOf(asset)}: out of service`;
  if (status !== 201) throw new Error(`no payment: ${JSON.stringify(body)}`);
  payments.push({ options: [{ asset, amount, rate: null }], price: null, ...remembered(world, body) });
  return `${body.id} ${amount} ${nameOf(asset)}`;
}

export function remembered(
  { toleranceBps }: ChainWorld,
  { id, address, expires_at: expiresAt }: PaymentView,
) {
  return {
    id,
    address: address.toLowerCase(),
    toleranceBps,
    expiresAtMs: Date.parse(expiresAt),
    deepest: new Map(),
    mayHaveFailed: false,
    leastLeft: null,
    cancelledAtMs: null,
  };
}

export function nameOf({ symbol, chain }: SimulatedAsset): string {
  return `${symbol}/${chain.name}`;
}

/** In two to five assets, of two chains at least. */
export function someAssets(random: Random, assets: readonly SimulatedAsset[]): SimulatedAsset[] {
  for (;;) {
    const left = [...assets];
    const some = Array.from({ length: random.between(2, 5) }, () =>
      left.splice(random.between(0, left.length - 1), 1),
    ).flat();
    if (new Set(some.map(({ chain }) => chain)).size > 1) return some;
  }
}

function decimal(minorUnits: bigint, digits: number): string {
  const text = minorUnits.toString().padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** The newest rather than others, of which most have ended. */
function somePayment({ random, payments }: ChainWorld): Known | undefined {
  if (payments.length === 0) return undefined;
  return random.chance(0.7)
    ? payments[random.between(Math.max(0, payments.length - 4), payments.length - 1)]
    : random.pick(payments);
}

/** A part, the whole, what the page says is missing, a base unit less or more, or much more. */
export async function pay(world: ChainWorld): Promise<string> {
  const { random, app } = world;
  let known = somePayment(world);
  if (known === undefined) return 'nobody';
  let view = await app.payment(known.id);
  // Rather those of which something is due: what is paid is not paid again so often.
  for (let tries = 0; view.options[0]?.amount_due === '0' && tries < 3 && random.chance(0.85); tries++) {
    known = random.pick(world.payments);
    view = await app.payment(known.id);
  }
  const index = random.between(0, known.options.length - 1);
  const { asset, amount: whole } = known.options[index] as Known['options'][number];
  const due = BigInt(view.options[index]?.amount_due ?? 0);
  const amount = random.weighted<bigint>([
    [7, (whole * BigInt(random.between(1, 60))) / 100n + 1n],
    [1, whole],
    [6, due],
    [1, due - 1n],
    [0.5, due + 1n],
    [0.3, whole + BigInt(random.between(1, 50))],
  ]);
  if (amount <= 0n) return 'nothing is due';
  // Now and then in what was not asked for.
  const sent = random.chance(0.06) ? random.pick(world.assets) : asset;
  await sent.chain.pay(sent, known.address, amount);
  return `${known.id} ${amount} ${nameOf(sent)}`;
}

async function decide(world: OptionWorld): Promise<string> {
  const decision = await decideOnADeposit(world);
  if (typeof decision === 'string') return decision;
  const { deposit, how, status } = decision;
  const { id, reason, tx_hash: txHash, ordinal, kind, chain_id: chainId } = deposit;
  if (how === 'accept' && status === 200) {
    world.meet(`accepted ${reason}`);
    const credit = creditOf(chainId, { txHash, ordinal, kind });
    world.accepted.add(credit);
    const isThere = (await world.arrivals()).some(
      (arrival) => creditOf(arrival.asset.chain.chainId, arrival) === credit,
    );
    // A reorg took it that the app has yet to see: it may confirm the payment first, and find it failed then.
    const known = world.payments.find(({ id }) => id === deposit.payment_id);
    if (!isThere && known !== undefined) known.mayHaveFailed = true;
  }
  return `${how} ${id}, ${reason}: ${status}`;
}

/** Where nothing has arrived as far as is known; what is under way may undo it. */
async function cancel(world: OptionWorld): Promise<string> {
  const known = somePayment(world);
  if (known === undefined) return 'nothing';
  const { status, body } = await world.app.request<PaymentView>(
    'POST',
    `/api/v1/payments/${known.id}/cancel`,
  );
  if (status !== 200 && status !== 409) throw new Error(`cancel answers ${status}`);
  if (status === 200) {
    world.meet('cancelled');
    known.cancelledAtMs = Date.parse(body.cancelled_at as string);
  }
  return `${known.id}: ${status}`;
}

async function check(world: OptionWorld): Promise<string> {
  const { payments } = world;
  const ours = new Set(payments.map(({ address }) => address));
  const arrivals = (await world.arrivals()).filter(({ to }) => ours.has(to));
  return checkATransaction(world, payments, arrivals);
}

/** What merchants and their customers do. */
export const OPTION_ACTIONS: readonly Action[] = [
  { name: 'create', weight: 14, run: create },
  { name: 'create in one asset', weight: 2, run: createPlain },
  { name: 'pay', weight: 40, run: pay },
  { name: 'decide', weight: 4, run: decide },
  { name: 'cancel', weight: 1.5, run: cancel },
  { name: 'check', weight: 2, run: check },
];
