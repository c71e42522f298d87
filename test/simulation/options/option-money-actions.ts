import { Wallet } from 'ethers';
import { type DepositView } from '../../../src/payments/deposit.view.js';
import { type PaymentView } from '../../../src/payments/payment.view.js';
import { type RefundView } from '../../../src/refunds/refund.view.js';
import { LIES } from '../lies.js';
import { requireAnswered } from '../money-under-way.js';
import { type Action } from './option-actions.js';
import { type Known } from './expected.js';
import { MAX_GAS_PRICE, type OptionMoney } from './option-money.js';
import { type OptionWorld } from './option-world.js';
import { type SimulatedAsset } from './priced-chain.js';

type MoneyWorld = OptionWorld & { money: OptionMoney };
type Run = (world: MoneyWorld) => Promise<string>;

/** In which of its assets something was received by the app's word. */
function receivedIn({ options }: PaymentView): number[] {
  return options.flatMap(({ amount_received: received }, index) => (received === '0' ? [] : [index]));
}

async function paidOne({ app, random, payments }: MoneyWorld): Promise<[Known, PaymentView] | null> {
  for (let tries = 0; tries < 4 && payments.length > 0; tries++) {
    const known = random.pick(payments);
    const view = await app.payment(known.id);
    if (receivedIn(view).length > 0) return [known, view];
  }
  return null;
}

/** The whole of what was received in an asset, some of it, or more than there is. */
function someOf({ random }: MoneyWorld, received: bigint): bigint {
  return random.weighted<bigint>([
    [4, received],
    [5, (received * BigInt(random.between(1, 99))) / 100n || 1n],
    [1, received + 1n],
  ]);
}

/**
 * Of the asset that is named, or of the one that is meant where none is.
 * @param named null: nothing is said of it
 */
async function refund(
  world: MoneyWorld,
  known: Known,
  { named, to, amount }: { named: SimulatedAsset | null; to: string; amount: bigint },
): Promise<string> {
  const { app, money, found } = world;
  const before = await app.payment(known.id);
  const place = named === null ? {} : { chain: named.chain.name, token_id: named.tokenId };
  const body = { to, amount: amount.toString(), ...place };
  const answer = await app.request<RefundView>('POST', `/api/v1/payments/${known.id}/refunds`, body);
  requireAnswered('a refund', answer.status, answer.body);
  const what = `${known.id} ${amount} ${named === null ? 'of what there is' : `${named.symbol}/${named.chain.name}`} to ${to}: ${answer.status}`;
  if (answer.status !== 201) return what;
  const after = await app.payment(known.id);
  const asset = known.options.map((one) => one.asset).find((one) => isOf(one, answer.body));
  if (asset === undefined || (named !== null && asset !== named))
    throw new Error(`${what}, in ${answer.body.symbol} on ${answer.body.chain}`);
  // While the scan goes on, what was received may have changed between the two.
  const several = [before, after].filter((view) => receivedIn(view).length > 1);
  if (named === null && several.length === 2) found.push(`${what}, and which of several assets was not said`);
  money.refunds.push({ id: answer.body.id, paymentId: known.id, to, asset, amount });
  world.meet(known.options.length > 1 ? 'refunds of one of several assets' : 'refunds of the only asset');
  await requireCovered(world, known, asset, before, after);
  return what;
}

function isOf(
  { chain, address }: SimulatedAsset,
  { chain_id: chainId, token_address: token }: RefundView,
): boolean {
  return chain.chainId === chainId && address === (token?.toLowerCase() ?? null);
}

/** No more is promised back of an asset than came in it, whatever came in others. */
async function requireCovered(
  { app, found }: MoneyWorld,
  known: Known,
  asset: SimulatedAsset,
  ...views: PaymentView[]
): Promise<void> {
  const index = known.options.findIndex((one) => one.asset === asset);
  const [row] = await app.database.dataSource.query<{ sum: string }[]>(
    `SELECT coalesce(sum(refund.amount), 0) AS sum FROM refunds refund LEFT JOIN transfers deposit ON deposit.id = deposit_id
     WHERE refund.payment_id = $1 AND refund.chain_id = $2 AND refund.token_address IS NOT DISTINCT FROM $3
       AND refund.state IN ('created','sent','confirmed') AND (deposit_id IS NULL OR deposit.uncounted_reason IS NULL)`,
    [known.id, asset.chain.chainId, asset.address],
  );
  const promised = BigInt(row?.sum ?? 0);
  const received = views.map(({ options }) => BigInt(options[index]?.amount_received ?? 0));
  // A reorg that is seen meanwhile may take what was there.
  if (received.every((one) => promised > one))
    found.push(
      `${promised} ${asset.symbol} are to go back of ${known.id}, which received ${received.join(', then ')}`,
    );
}

const refundOne: Run = async (world) => {
  const [known, view] = (await paidOne(world)) ?? [];
  if (!known || !view) return 'nothing';
  const index = world.random.pick(receivedIn(view));
  const { asset } = known.options[index] as Known['options'][number];
  const amount = someOf(world, BigInt(view.options[index]?.amount_received ?? 0));
  const named = world.random.chance(0.8) ? asset : null;
  return refund(world, known, { named, to: Wallet.createRandom().address, amount });
};

/** Each of an asset of its own, or of the same: together they may ask for more than there is. */
const refundAtOnce: Run = async (world) => {
  const [known, view] = (await paidOne(world)) ?? [];
  if (!known || !view) return 'nothing';
  const asked = Array.from({ length: world.random.between(2, 5) }, () => {
    const index = world.random.pick(receivedIn(view));
    const { asset } = known.options[index] as Known['options'][number];
    const amount = someOf(world, BigInt(view.options[index]?.amount_received ?? 0));
    return { named: asset, to: Wallet.createRandom().address, amount };
  });
  return (await Promise.all(asked.map((one) => refund(world, known, one)))).join(', ');
};

/** In an asset that nothing came in, or that it cannot be paid in. */
const refundOfAnother: Run = async (world) => {
  const [known, view] = (await paidOne(world)) ?? [];
  if (!known || !view) return 'nothing';
  const received = receivedIn(view).map((index) => known.options[index]?.asset);
  const named = world.random.pick(world.assets.filter((one) => !received.includes(one)));
  return refund(world, known, { named, to: Wallet.createRandom().address, amount: 1n });
};

/** All that is final of a part goes back, and then what was missing comes: as much was received as is due, and less is kept. */
const refundPartThenPayRest: Run = async (world) => {
  const { app, random, payments } = world;
  const parts: [Known, PaymentView, number][] = [];
  for (const known of payments) {
    const view = await app.payment(known.id);
    const index = view.options.findIndex((one) => BigInt(one.amount_confirmed) > 0n);
    if (view.status === 'partially_paid' && index >= 0) parts.push([known, view, index]);
  }
  if (parts.length === 0) return 'nothing';
  const [known, view, index] = random.pick(parts);
  const { asset } = known.options[index] as Known['options'][number];
  const amount = BigInt(view.options[index]?.amount_confirmed ?? 0);
  const done = await refund(world, known, { named: asset, to: Wallet.createRandom().address, amount });
  const other = random.between(0, known.options.length - 1);
  const rest = known.options[other] as Known['options'][number];
  const due = BigInt(view.options[other]?.amount_due ?? 0);
  if (due > 0n) await rest.asset.chain.pay(rest.asset, known.address, due);
  return `${done}, then paid ${due} ${rest.asset.symbol}`;
};

/** To an address of ours, which is one on every chain; or to the token itself. */
const refundToUnfit: Run = async (world) => {
  const [known, view] = (await paidOne(world)) ?? [];
  if (!known || !view) return 'nothing';
  const { money, random, payments } = world;
  const { asset } = known.options[random.pick(receivedIn(view))] as Known['options'][number];
  const to = random.pick([
    ...Object.values(money.accounts),
    ...payments.map(({ address }) => address),
    `0x${'00'.repeat(20)}`,
    asset.address ?? money.accounts.treasury,
  ]);
  const before = money.refunds.length;
  const done = await refund(world, known, { named: asset, to, amount: 1n });
  if (money.refunds.length > before) throw new Error(`a refund to ${to} was taken`);
  return done;
};

/** Whether it counts or not, on whichever chain and in whichever asset it came. */
const refundDeposit: Run = async (world) => {
  const { app, random, money, assets } = world;
  const which = random.pick(['?limit=100', '?assigned=false&limit=100']);
  const { data } = (await app.request<{ data: DepositView[] }>('GET', `/api/v1/deposits${which}`)).body;
  if (data.length === 0) return 'nothing';
  const deposit = random.pick(data);
  const to = Wallet.createRandom().address;
  const amount = someOf(world, BigInt(deposit.amount));
  const { status, body } = await app.request<RefundView>('POST', `/api/v1/deposits/${deposit.id}/refunds`, {
    to,
    amount: amount.toString(),
  });
  requireAnswered('a refund', status, body);
  const what = `${deposit.id} ${amount} ${deposit.symbol}/${deposit.chain}, ${deposit.status}, to ${to}: ${status}`;
  if (status !== 201) return what;
  const asset = assets.find((one) => isOf(one, body));
  if (asset?.chain.chainId !== deposit.chain_id || asset.tokenId !== deposit.token_id)
    throw new Error(`${what}, in ${body.symbol} on ${body.chain}`);
  money.refunds.push({ id: body.id, paymentId: deposit.payment_id, to, asset, amount });
  world.meet(`refunds of a deposit that is ${deposit.status}`);
  return what;
};

const cancel: Run = async ({ app, random, money }) => {
  if (money.refunds.length === 0) return 'nothing';
  const { id } = random.pick(money.refunds);
  const { status, body } = await app.request('POST', `/api/v1/refunds/${id}/cancel`);
  requireAnswered('cancel', status, body);
  return `${id}: ${status}`;
};

const sweep: Run = async ({ app, random, chains }) => {
  const body = {
    ...(random.chance(0.5) ? { chain: random.pick(chains).name } : {}),
    ...(random.chance(0.2) ? { force: true } : {}),
  };
  const { status, body: answer } = await app.request('POST', '/api/v1/sweeps/run', body);
  requireAnswered('a plan', status, answer);
  return `${body.chain ?? 'all chains'}: ${status}`;
};

const spike: Run = async ({ chains, random }) => {
  const chain = random.pick(chains);
  const wei = random.pick([MAX_GAS_PRICE * 2n, MAX_GAS_PRICE / 4n, 10n ** 9n, 10n ** 9n]);
  await chain.node.setBaseFee(wei);
  await chain.mine(1);
  return `${wei} wei on ${chain.name}`;
};

/** What nodes of one chain say wrongly of what is signed and sent. */
const lie: Run = ({ chains, random }) => {
  const chain = random.pick(chains);
  const told = random.pick(LIES);
  const times = random.pick([1, 5, 30]);
  const asked = random.chance(0.3) ? chain.endpoints : [random.pick(chain.endpoints)];
  chain.lie(asked, told, times);
  return Promise.resolve(`${asked.length} endpoints of ${chain.name}: ${told.name}, ${times} times`);
};

const ACTIONS: readonly { name: string; weight: number; run: Run }[] = [
  { name: 'refund', weight: 14, run: refundOne },
  { name: 'refunds at once', weight: 2, run: refundAtOnce },
  { name: 'refund of what did not come', weight: 1, run: refundOfAnother },
  { name: 'refund a part, then pay the rest', weight: 3, run: refundPartThenPayRest },
  { name: 'refund to whom money must not go', weight: 1, run: refundToUnfit },
  { name: 'refund a deposit', weight: 7, run: refundDeposit },
  { name: 'cancel a refund', weight: 2, run: cancel },
  { name: 'sweep', weight: 6, run: sweep },
  { name: 'gas price', weight: 2, run: spike },
  { name: 'lie', weight: 4, run: lie },
];

/** For seeds in which money leaves. */
export const OPTION_MONEY_ACTIONS: readonly Action[] = ACTIONS.map(({ run, ...action }) => ({
  ...action,
  run: (world) => run(world as MoneyWorld),
}));
