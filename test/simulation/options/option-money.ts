import { Wallet } from 'ethers';
import { type ChainConfig } from '../../../src/config/chains.js';
import { type Settings } from '../../../src/config/settings.js';
import { toAddress } from '../../../src/ids/ids.js';
import { creationCode } from '../../../src/outgoing/delegate/sweep-delegate.js';
import { type RefundView } from '../../../src/refunds/refund.view.js';
import { checkBooks } from '../../harness/books.js';
import { type TestChain } from '../../harness/test-chain.js';
import { gasDifferences } from '../gas.js';
import { heldOn, moneyUnderWay } from '../money-under-way.js';
import { type ChainWorld } from './chain-world.js';
import { type Prepare, type PricedChain, type SimulatedAsset } from './priced-chain.js';

const GWEI = 10n ** 9n;
const TANK = new Wallet(`0x${'7a'.repeat(32)}`);
const PAYOUT = new Wallet(`0x${'9b'.repeat(32)}`);
const TREASURY = new Wallet(`0x${'5c'.repeat(32)}`).address;
const PLENTY = 10n ** 22n;
/** Of the token of 6 decimals. */
const PLENTY_OF_CENTS = 10n ** 12n;
export const MAX_GAS_PRICE = 200n * GWEI;

/** A refund that was taken, of money in one asset of one chain. */
export interface AskedRefund {
  id: string;
  paymentId: string;
  /** Nobody else ever pays it, on any chain. */
  to: string;
  asset: SimulatedAsset;
  amount: bigint;
}

/**
 * What of a seed is about money that leaves: who may sign, where it goes, and what was asked back. What became of it is
 * counted by the balances of the chains.
 */
export class OptionMoney {
  readonly refunds: AskedRefund[] = [];
  /** Base units that our paying accounts had to begin with, by `placeOf`. */
  private readonly before = new Map<string, bigint>();

  /** Who pays gas, who pays refunds, and who is to get the rest. */
  readonly accounts = { tank: TANK.address, payout: PAYOUT.address, treasury: TREASURY };

  /** What a chain needs before anything may be paid on it. @param hasBatches tokens are swept together on it, by EIP-7702 */
  prepare(hasBatches: boolean): Prepare {
    return (node, tokens) => prepare(node, tokens, hasBatches);
  }

  get settings(): Partial<Settings> {
    return {
      treasuryAddress: TREASURY,
      gasTankPrivateKey: TANK.privateKey,
      payoutPrivateKey: PAYOUT.privateKey,
      sweepSchedule: '0 0 1 1 *',
      sweepBumpAfterMs: 1_000,
    };
  }

  /** Before anything is paid. */
  async begin(chains: readonly PricedChain[]): Promise<void> {
    for (const asset of chains.flatMap(({ assets }) => assets))
      this.before.set(placeOf(asset), await this.ofAccounts(asset));
  }

  /** Gas costs little again. */
  async calmDown({ chains }: ChainWorld): Promise<void> {
    for (const chain of chains) {
      await chain.node.setBaseFee(GWEI);
      await chain.mine(1);
    }
  }

  /** The operator has refunds paid that cost more gas than they are worth: until then they wait. */
  async force({ app }: ChainWorld): Promise<void> {
    const rows = await app.database.dataSource.query<{ id: string }[]>(
      `SELECT id FROM refunds WHERE state = 'created' AND NOT forced AND waits_for LIKE '%REFUND_MAX_FEE_BPS%'`,
    );
    for (const { id } of rows) {
      const { status } = await app.request('POST', `/api/v1/refunds/${id}/force`);
      if (status !== 200) throw new Error(`to force a refund that waits answers ${status}`);
    }
  }

  /** Has everything swept that may be. @returns whether that could be planned */
  async sweepAll({ app }: ChainWorld): Promise<boolean> {
    return (await app.request('POST', '/api/v1/sweeps/run', {})).status === 200;
  }

  /** What is under way, in words, but for what no node would take. */
  open({ app, chains }: ChainWorld): Promise<string[]> {
    const chainOf = (chainId: number) => chains.find((one) => one.chainId === chainId) as PricedChain;
    return moneyUnderWay(app.database.dataSource, (chainId) => chainOf(chainId).node);
  }

  /** How much money left, and how, for whoever wants to know that a seed was worth playing. */
  async tally({ app }: ChainWorld): Promise<Map<string, number>> {
    const rows = await app.database.dataSource.query<{ what: string; count: string }[]>(
      `SELECT CASE WHEN deposit_id IS NULL THEN 'refunds ' ELSE 'refunds of deposits ' END || state AS what, count(*)
         FROM refunds GROUP BY 1
       UNION ALL SELECT 'sweeps by ' || path || ' ' || state, count(*) FROM sweeps GROUP BY 1
       UNION ALL SELECT 'gas ' || state, count(*) FROM outgoing_transactions WHERE purpose = 'gas' GROUP BY 1`,
    );
    return new Map(rows.map(({ what, count }) => [what, Number(count)]));
  }

  /** What differs between what was given back and swept by the app's word, and by the chains'. */
  async differences(world: ChainWorld): Promise<string[]> {
    const found: string[] = [];
    for (const refund of this.refunds) found.push(...(await this.differencesOfRefund(world, refund)));
    for (const asset of world.assets) found.push(...(await this.lost(world, asset)));
    for (const { config, node } of world.chains) {
      const report = await checkBooks(world.app.database, { ...config, rpcUrls: [node.url] });
      found.push(...report.differences.all().map((text) => `ledger check of ${config.name}: ${text}`));
      found.push(
        ...report.unchecked.all().map((text) => `ledger check of ${config.name}, unchecked: ${text}`),
      );
    }
    const nodes = world.chains.map(({ node }) => node);
    found.push(...(await gasDifferences(world.app, nodes)));
    return found;
  }

  /** All of it arrived where it was to go, in the asset that was named; nothing of it anywhere else. */
  private async differencesOfRefund(world: ChainWorld, refund: AskedRefund): Promise<string[]> {
    const { body } = await world.app.request<RefundView>('GET', `/api/v1/refunds/${refund.id}`);
    const found: string[] = [];
    for (const asset of world.assets) {
      const has = await balance(asset, refund.to);
      const should = asset === refund.asset && body.status === 'confirmed' ? refund.amount : 0n;
      if (has !== should)
        found.push(
          `refund ${refund.id} is ${body.status}: ${refund.to} has ${has} of ${placeOf(asset)}, should have ${should}`,
        );
    }
    return found;
  }

  /** Whatever came is at its address, in the treasury, with a customer, or paid for gas; and nowhere else. */
  private async lost(world: ChainWorld, asset: SimulatedAsset): Promise<string[]> {
    const { chain } = asset;
    const ours = new Set(world.payments.map(({ address }) => address));
    const arrivals = await chain.arrivals();
    const came = arrivals
      .filter((one) => one.asset === asset && ours.has(one.to))
      .reduce((sum, { amount }) => sum + amount, 0n);
    const payers = [...ours, ...this.senders];
    const fees = asset.address === null ? await chain.feesOf(new Set(payers)) : 0n;
    const customers = new Set(this.refunds.map(({ to }) => to));
    const holders = [...ours, ...customers, TREASURY];
    const held = await Promise.all(holders.map((one) => balance(asset, one)));
    const has = held.reduce((sum, one) => sum + one, await this.ofAccounts(asset));
    const should = came + (this.before.get(placeOf(asset)) ?? 0n) - fees;
    return has === should ? [] : [`of ${placeOf(asset)} there are ${has}, should be ${should}`];
  }

  /** Lower-case; what they send is no payment. */
  get senders(): string[] {
    return [TANK.address.toLowerCase(), PAYOUT.address.toLowerCase()];
  }

  private async ofAccounts(asset: SimulatedAsset): Promise<bigint> {
    return (await balance(asset, TANK.address)) + (await balance(asset, PAYOUT.address));
  }
}

async function prepare(node: TestChain, tokens: readonly string[], hasBatches: boolean) {
  for (const { address } of [TANK, PAYOUT])
    await node.rpc('anvil_setBalance', [address, `0x${PLENTY.toString(16)}`]);
  for (const token of tokens)
    await node.payToken(PAYOUT.address, token === node.token ? PLENTY_OF_CENTS : PLENTY, token);
  const parties = { treasury: toAddress(TREASURY), operator: toAddress(TANK.address) };
  const delegate = hasBatches ? toAddress(await node.deploy(creationCode(parties))) : null;
  await node.mine();
  const sweep = { enabled: true, minimum: 0n, maxGasPrice: MAX_GAS_PRICE };
  return (config: ChainConfig): ChainConfig => ({
    ...config,
    sweep: delegate === null ? sweep : { ...sweep, batches: { delegate, size: 5 } },
  });
}

function balance({ address, chain: { node } }: SimulatedAsset, of: string): Promise<bigint> {
  return heldOn(node, address, of);
}

function placeOf({ symbol, chain }: SimulatedAsset): string {
  return `${symbol}/${chain.name}`;
}
