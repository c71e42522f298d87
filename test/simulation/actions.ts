import { Interface } from 'ethers';
import { tokenId } from '../../src/ids/token-id.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { type Fault } from '../harness/faulty-rpc.js';
import {
  changedReceipt,
  delayed,
  dropped,
  emptyLogs,
  failure,
  rangeLimit,
  result,
  serverError,
  staleHead,
  tooManyRequests,
  truncated,
  withoutOneLog,
  wrongChainId,
} from '../harness/faulty-rpc-faults.js';
import { lagging } from '../harness/lagging-node.js';
import { checkATransaction, decideOnADeposit } from './merchant-actions.js';
import { type Arrival, creditOf, expected } from './oracle.js';
import { CONFIRMATIONS } from './confirmations.js';
import { type Known, LATE_WATCH_DAYS, type World } from './world.js';

const erc20 = new Interface(['function transfer(address,uint256)']);
const DAY = 86_400;

export interface Action {
  name: string;
  /** How often it is taken, relative to the others. */
  weight: number;
  /** @returns what was done in detail */
  run: (world: World) => Promise<string>;
}

async function create(world: World): Promise<string> {
  const { random } = world;
  const isToken = random.chance(0.5);
  const amount = BigInt(random.between(1, 2_000)) * (isToken ? 1n : world.unit);
  const payment = await ask(world, { isToken, amount, minutes: random.pick([5, 30, 120, 1_000]) });
  return payment === null ? 'refused' : `${payment.id} for ${amount} ${isToken ? 'token' : 'native'}`;
}

/** Null: it is refused for now. */
export async function ask(
  { app, chain, payments }: World,
  { isToken, amount, minutes }: Pick<Known, 'isToken' | 'amount'> & { minutes: number },
): Promise<Known | null> {
  const answer = await app.request<PaymentView>('POST', '/api/v1/payments', {
    chain: chain.config.name,
    amount: amount.toString(),
    expires_in_minutes: minutes,
    ...(isToken ? { token_id: tokenId(chain.config.chainId, chain.token) } : {}),
  });
  const payment = answer.body;
  // While every endpoint serves another chain, or tells nonsense of the token's contract, it takes none.
  if (answer.status === 400 && /takes no payments|is out of service/.test(JSON.stringify(payment)))
    return null;
  if (answer.status !== 201) throw new Error(`no payment: ${JSON.stringify(payment)}`);
  const known: Known = {
    id: payment.id,
    address: payment.address.toLowerCase(),
    isToken,
    amount,
    expiresAt: Date.parse(payment.expires_at) / 1000,
    mayBeConfirmed: false,
    leastLeft: null,
    isRefunded: false,
  };
  payments.push(known);
  return known;
}

/** Exactly, in part, or too much. */
function someAmount({ random, unit: ofNative }: World, { amount, isToken }: Known): bigint {
  const unit = isToken ? 1n : ofNative;
  return random.weighted<bigint>([
    [5, amount],
    [3, BigInt(random.between(1, Number(amount / unit))) * unit],
    [1, amount + BigInt(random.between(1, 50)) * unit],
    [1, 0n],
  ]);
}

async function pay(world: World): Promise<string> {
  const { chain, random, payments } = world;
  if (payments.length === 0) return 'nobody';
  const payment = random.pick(payments);
  const amount = someAmount(world, payment);
  // Now and then in the asset that was not asked for.
  const inToken = payment.isToken !== random.chance(0.1);
  await (inToken ? chain.payToken(payment.address, amount) : chain.pay(payment.address, amount));
  return `${payment.id} ${amount} ${inToken ? 'token' : 'native'}`;
}

async function payBatch(world: World): Promise<string> {
  const { chain, random, payments } = world;
  const tokens = payments.filter(({ isToken }) => isToken);
  if (tokens.length === 0) return 'nobody';
  const paid = Array.from({ length: random.between(2, 5) }, () => random.pick(tokens));
  const amounts = paid.map((payment) => someAmount(world, payment));
  await chain.payTokenBatch(
    paid.map(({ address }) => address),
    amounts,
  );
  return paid.map(({ id }, index) => `${id} ${amounts[index]}`).join(', ');
}

/** From inside of transactions, where the app was told to look there. */
async function payByContract(world: World): Promise<string> {
  const { chain, payer, random } = world;
  const { internalTransfers } = chain.config;
  const payments = internalTransfers === 'balance' ? await watchedByBalance(world) : world.payments;
  if (payments.length === 0 || internalTransfers === 'off') return 'nobody';
  const payment = random.pick(payments);
  const amounts = [someAmount(world, payment), someAmount(world, payment)];
  const way = random.pick(['pay', 'pay', 'payTwice', 'payAndUndo'] as const);
  await payer.call(way, payment.address, ...(way === 'payTwice' ? amounts : amounts.slice(1)));
  // Before time passes, which would end the watch of its balance.
  if (internalTransfers === 'balance') await chain.mine();
  return `${payment.id} ${way} ${amounts.join(' ')}`;
}

async function watchedByBalance({ oracle, payments }: World): Promise<Known[]> {
  const now = await oracle.headTime();
  return payments.filter(
    ({ expiresAt, isToken }) => !isToken && now < expiresAt + LATE_WATCH_DAYS * DAY - 60,
  );
}

async function decide(world: World): Promise<string> {
  const decision = await decideOnADeposit(world);
  if (typeof decision === 'string') return decision;
  const { deposit, how, status } = decision;
  const { id, reason, tx_hash: txHash, ordinal, kind } = deposit;
  if (how === 'accept' && status === 200 && reason === 'after_watch')
    world.accepted.add(creditOf({ txHash, ordinal, kind }));
  return `${how} ${id}, ${reason}: ${status}`;
}

async function check(world: World): Promise<string> {
  const { payments, oracle, addresses } = world;
  return checkATransaction(world, payments, await oracle.arrivals(addresses));
}

async function payAndFail({ chain, random }: World): Promise<string> {
  await chain.payAndFail(BigInt(random.between(0, 5)));
  return '';
}

async function mine({ chain, random }: World): Promise<string> {
  const blocks = random.between(1, 4);
  await chain.mine(blocks);
  return `${blocks} to ${await chain.height()}`;
}

/** A reorg that keeps some of what it replaces, at other places, and adds what it likes. */
async function reorg(world: World): Promise<string> {
  const { chain, random, payer, base } = world;
  const height = await chain.height();
  const depth = Math.min(
    random.weighted([
      [6, random.between(1, 3)],
      [2, random.between(4, 20)],
    ]),
    height - base,
  );
  if (depth < 1) return 'nothing to replace';
  const before = await world.oracle.arrivals(world.addresses);
  const kept = before.filter(({ blockNumber }) => blockNumber > height - depth && random.chance(0.5));
  const isFull = random.chance(0.2);
  const sent = [...(isFull ? before.filter(({ blockNumber }) => blockNumber > height - depth) : kept)].map(
    ({ to, amount, kind }): [Record<string, unknown>, number] => [
      {
        native: { from: chain.payer, to, value: `0x${amount.toString(16)}` },
        erc20: {
          from: chain.payer,
          to: chain.token,
          data: erc20.encodeFunctionData('transfer', [to, amount]),
        },
        internal: payer.transaction('pay', to, amount),
      }[kind],
      random.between(0, depth - 1),
    ],
  );
  await replaceBlocks(world, depth, sent);
  return `${depth} below ${height}, with ${sent.length} of its transfers again`;
}

/** Has a branch take over that has these transactions, and notes which payments may fail by it. */
export async function replaceBlocks(
  world: World,
  depth: number,
  sent: [Record<string, unknown>, number][] = [],
): Promise<void> {
  const height = await world.chain.height();
  const before = await world.oracle.arrivals(world.addresses);
  await world.chain.reorg(depth, sent);
  const after = await world.oracle.arrivals(world.addresses);
  await noteFailures(world, world.payments, height, before, after);
}

/**
 * Whoever was covered as deep as it takes may have been confirmed then; a reorg after that, or several that the app sees
 * as one, may have it fail: where it leaves less than is due, refunds taken off.
 */
async function noteFailures(
  { oracle, accepted }: World,
  payments: Known[],
  height: number,
  before: readonly Arrival[],
  after: readonly Arrival[],
): Promise<void> {
  const now = await oracle.headTime();
  const receivedOf = (payment: Known, arrivals: readonly Arrival[]) =>
    expected(payment, arrivals, now, LATE_WATCH_DAYS * DAY, accepted).received;
  const deep = before.filter(({ blockNumber }) => height - blockNumber + 1 >= CONFIRMATIONS);
  for (const payment of payments) {
    payment.mayBeConfirmed ||= receivedOf(payment, deep) >= payment.amount;
    if (!payment.mayBeConfirmed) continue;
    const left = receivedOf(payment, after);
    if (payment.leastLeft === null || left < payment.leastLeft) payment.leastLeft = left;
  }
}

async function passTime({ chain, random }: World): Promise<string> {
  const seconds = random.weighted([
    [6, random.between(10, 600)],
    [2, random.between(600, 8_000)],
    [1, 2 * DAY],
  ]);
  await chain.passTime(seconds);
  return `${seconds} s`;
}

async function fail({ chain, random, endpoints }: World): Promise<string> {
  const height = await chain.height();
  const blocks = ['eth_getBlockByNumber', 'eth_blockNumber'];
  const faults: [name: string, methods: string[], fault: Fault][] = [
    ['delay', ['*'], delayed(random.between(1, 80))],
    ['drop', ['*'], dropped()],
    ['429', ['*'], tooManyRequests()],
    ['503', ['*'], serverError()],
    ['truncated', ['*'], truncated()],
    ['stale head', blocks, staleHead(Math.max(0, height - random.between(0, 6)))],
    ['behind', ['*'], lagging(Math.max(0, height - random.between(1, 12)))],
    ['no block receipts', ['eth_getBlockReceipts'], failure(-32_601, 'the method does not exist')],
    ['empty receipts', ['eth_getBlockReceipts'], result([])],
    ['null receipts', ['eth_getBlockReceipts'], result(null)],
    ['ranges refused', ['eth_getLogs'], rangeLimit(random.between(1, 5), random.pick(['infura', 'ankr']))],
    ['empty logs', ['eth_getLogs'], emptyLogs()],
    ['a log left out', ['eth_getBlockReceipts', 'eth_getLogs'], withoutOneLog(random.pick([0, -1]))],
    [
      'a receipt changed',
      ['eth_getBlockReceipts'],
      changedReceipt(() => ({ status: '0x0', logs: [] }), random.pick([0, -1])),
    ],
    ['empty traces', ['debug_traceBlockByHash'], result([])],
    ['no traces by geth', ['debug_traceBlockByHash'], failure(-32_601, 'the method does not exist')],
    ['wrong chain id', ['eth_chainId'], wrongChainId(56)],
    ['internal error', ['eth_getBlockByNumber'], failure(-32_603, 'internal error')],
  ];
  const [name, methods, fault] = random.pick(faults);
  const place = random.between(0, endpoints.length - 1);
  const times = random.pick([1, 3, 10, 50]);
  endpoints[place]?.inject(methods, fault, times);
  return `endpoint ${place}: ${name}, ${times} times`;
}

async function heal({ endpoints }: World): Promise<string> {
  endpoints.forEach((endpoint) => endpoint.heal());
  return Promise.resolve('');
}

async function dieOrRevive({ endpoints, random }: World): Promise<string> {
  const endpoint = random.pick(endpoints);
  await endpoint.die();
  if (random.chance(0.8)) await endpoint.revive();
  return '';
}

/** Lets the app see what there is before it changes again; without it, most of what happens would pass unseen. */
async function look({ app, chain, random }: World): Promise<string> {
  const patienceMs = random.between(50, 600);
  app.wake();
  await app.waitForBlock(await chain.height(), chain.config.chainId, patienceMs).catch(() => undefined);
  return '';
}

export const ACTIONS: readonly Action[] = [
  { name: 'create', weight: 10, run: create },
  { name: 'pay', weight: 25, run: pay },
  { name: 'pay in a batch', weight: 6, run: payBatch },
  { name: 'pay by a contract', weight: 8, run: payByContract },
  { name: 'a failed payment', weight: 2, run: payAndFail },
  { name: 'decide', weight: 4, run: decide },
  { name: 'check', weight: 3, run: check },
  { name: 'mine', weight: 22, run: mine },
  { name: 'look', weight: 18, run: look },
  { name: 'reorg', weight: 8, run: reorg },
  { name: 'pass time', weight: 3, run: passTime },
  { name: 'fault', weight: 6, run: fail },
  { name: 'heal', weight: 3, run: heal },
  { name: 'fork', weight: 0.6, run: (world) => world.comeToFork() },
  { name: 'die or revive', weight: 1, run: dieOrRevive },
  { name: 'restart', weight: 0.7, run: (world) => world.restart().then(() => '') },
  { name: 'crash', weight: 0.7, run: (world) => world.crash().then(() => '') },
];
