import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Transaction } from 'ethers';
import { creationCode } from '../../src/outgoing/delegate/sweep-delegate.js';
import { TEST_MNEMONIC } from '../harness/app.js';
import { quittance as command } from '../harness/command-line.js';
import { FaultyRpc } from '../harness/faulty-rpc.js';
import { hung } from '../harness/faulty-rpc-faults.js';
import { PARTIES, TANK, TREASURY } from '../harness/sweep-world.js';
import { type Asset, type Paid, sum, SurvivalWorld, TANK_WEI } from '../harness/survival-world.js';
import { waitFor } from '../harness/wait-for.js';

/** SWEEP_PAYMENTS=200 SWEEP_KILLS=20 for the whole of it. */
const PAYMENTS = Number(process.env.SWEEP_PAYMENTS ?? 18);
const KILLS = Number(process.env.SWEEP_KILLS ?? 4);
const WAIT_MS = 120_000 + PAYMENTS * 1_000;
const TOKENS: readonly Asset[] = ['TUSD', 'ODD'];

let world: SurvivalWorld;
let node: FaultyRpc;
beforeEach(async () => {
  world = await SurvivalWorld.start(WAIT_MS, ['--hardfork', 'prague'], async (chain) => {
    node = await FaultyRpc.start(chain.url);
    const delegate = await chain.deploy(creationCode(PARTIES));
    return {
      rpcUrls: [node.url],
      sweep: { enabled: true, minimum: 0n, batches: { delegate, size: 5 } },
    };
  });
});
afterEach(async () => {
  await world.stop();
  await node.die();
});

/** What is so at the end, whatever happened in between. */
async function requireWhole(paid: readonly Paid[]): Promise<void> {
  const of = (asset: Asset) => paid.filter((one) => one.asset === asset).map(({ amount }) => amount);
  expect(await world.token(TREASURY)).toBe(sum(of('TUSD')));
  expect(await world.token(TREASURY, world.odd.address)).toBe(sum(of('ODD')));
  const outgoing = await world.outgoing();
  for (const row of outgoing) expect(row).toMatchObject({ state: 'confirmed', account: 'gas_tank' });
  const fees = sum(outgoing.map(({ fee }) => BigInt(fee)));
  expect(TANK_WEI - (await world.native(TANK.address))).toBe(fees);
  const shares = await world.rows<{ fee: string }>(
    `SELECT body::jsonb->'data'->'sweep'->>'fee' AS fee FROM events WHERE type = 'payment.settled'`,
  );
  expect(shares).toHaveLength(paid.length);
  expect(sum(shares.map(({ fee }) => BigInt(fee)))).toBe(fees);
  const senders = (await world.tokenSenders()).sort();
  expect(senders).toEqual(paid.map(({ payment }) => payment.address.toLowerCase()).sort());
  expect(await world.requireLedger()).toMatchObject({ transactions: outgoing.length });
}

/** An address that was emptied without a transaction of its own was used all the same: the search goes on past it. */
async function requireFound(paid: readonly Paid[]): Promise<void> {
  const last = paid.at(-1)?.payment.address as string;
  await world.chain.pay(last, 5n);
  await world.chain.mine();
  const settings = { CHAINS_FILE: world.chainsFile, MNEMONIC: TEST_MNEMONIC };
  const scanned = await command(['wallet', 'scan', '--gap-limit', '2', '--json'], settings);
  expect({ code: scanned.code, err: scanned.err }).toMatchObject({ code: 0 });
  expect(scanned.out).toContain(last);
}

describe('sweeps in batches', () => {
  it(
    `of ${PAYMENTS} payments arrive once each, while the process is killed ${KILLS} times`,
    async () => {
      const paid = await world.pay(await world.run(), PAYMENTS, TOKENS);
      await world.killAtRandom(KILLS);
      await world.settled(PAYMENTS);
      await requireWhole(paid);
      await requireFound(paid);
    },
    WAIT_MS * 2,
  );

  it(
    'that were committed and not told to any node when the process was killed go out as the same bytes',
    async () => {
      const heal = node.inject('eth_sendRawTransaction', hung());
      const paid = await world.pay(await world.run(), 4, TOKENS);
      await waitFor(
        'a batch to be signed',
        async () => (await world.count("sweeps WHERE state = 'sent'")) === 4,
        WAIT_MS,
      );
      await world.kill();
      const signed = await bytes();
      expect(await world.token(TREASURY)).toBe(0n);
      heal();
      await world.run();
      await world.settled(4);
      const sent = await bytes();
      expect(sent).toEqual(expect.arrayContaining(signed));
      expect(noncesOf(sent)).toEqual(noncesOf(signed));
      await requireWhole(paid);
    },
    WAIT_MS * 2,
  );
});

async function bytes(): Promise<string[]> {
  const rows = await world.rows<{ raw: string }>(
    'SELECT raw FROM outgoing_attempts ORDER BY outgoing_id, ordinal',
  );
  return rows.map(({ raw }) => raw);
}

function noncesOf(raws: readonly string[]): Set<number> {
  return new Set(raws.map((raw) => Transaction.from(raw).nonce));
}
