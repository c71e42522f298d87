import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ORACLE_MUTATIONS, type OracleMutation } from '../mutations/oracle-mutations.js';
import { compare } from '../simulation/compare.js';
import type * as compareModule from '../simulation/compare.js';
import { type Money } from '../simulation/money.js';
import type * as moneyModule from '../simulation/money.js';
import type * as oracleModule from '../simulation/oracle.js';
import { RareStory } from '../simulation/rare-story.js';
import { runSeed } from '../simulation/run-seed.js';
import type * as treasuriesModule from '../simulation/treasuries.js';
import { type World } from '../simulation/world.js';

/** With `SIMULATION_SEEDS=1-60` random seeds are played as well, until they have told of each rule or end. */
const asked = process.env.SIMULATION_SEEDS;
const ACTIONS = 80;
const SEED_MS = 240_000;
const FOLDER = join(import.meta.dirname, '../simulation');

/** A module of the simulation in which the rule is broken, with all that it imports from there. */
function broken<T>({ file, find, replace }: OracleMutation, module: string): Promise<T> {
  const mutation = encodeURIComponent(JSON.stringify({ file: join(FOLDER, file), find, replace }));
  return import(`${FOLDER}/${module}.ts?mutation=${mutation}`) as Promise<T>;
}

function as<T extends object>(prototype: T, one: T, others: object = {}): T {
  return Object.assign(Object.create(prototype) as T, one, others);
}

/** What an oracle with that fault says of the end of a seed. */
async function saidBy(mutation: OracleMutation, world: World & { money: Money }): Promise<string[]> {
  const { compare: brokenCompare } = await broken<typeof compareModule>(mutation, 'compare');
  const { Oracle } = await broken<typeof oracleModule>(mutation, 'oracle');
  const { Money } = await broken<typeof moneyModule>(mutation, 'money');
  const { Treasuries } = await broken<typeof treasuriesModule>(mutation, 'treasuries');
  const { chain, payer, base, money } = world;
  const treasuries = as(Treasuries.prototype, money.treasuries);
  const oracle = new Oracle(chain, payer, base + 1, new Set(money.senders));
  const beside = { oracle: { value: oracle }, money: { value: as(Money.prototype, money, { treasuries }) } };
  return brokenCompare(Object.create(world, beside) as World);
}

it('has a text to break in each rule', () => {
  const times = ORACLE_MUTATIONS.map(({ file, find }) => [
    file,
    find,
    readFileSync(join(FOLDER, file), 'utf8').split(find).length - 1,
  ]);
  expect(times.filter(([, , count]) => count !== 1)).toEqual([]);
});

/** Takes those out that the oracle tells of, each broken by itself. */
async function leaveSilent(silent: Set<OracleMutation>, world: World): Promise<void> {
  for (const mutation of silent) {
    const said = await saidBy(mutation, world as World & { money: Money });
    if (said.length === 0) continue;
    silent.delete(mutation);
    process.stderr.write(`${mutation.fault}: ${said[0]}\n`);
  }
}

const faultsOf = (silent: Set<OracleMutation>) => [...silent].map(({ fault }) => fault);

it(
  'tells of each rule of the oracle that is broken, by a story that has all that is rare',
  async () => {
    const { world } = await RareStory.play();
    try {
      expect(await compare(world)).toEqual([]);
      const silent = new Set(ORACLE_MUTATIONS);
      await leaveSilent(silent, world);
      expect(faultsOf(silent)).toEqual([]);
    } finally {
      await world.end();
    }
  },
  SEED_MS,
);

const [first = 1, last = first] = (asked ?? '').split('-').map(Number);
(asked === undefined ? it.skip : it)(
  'tells of each of them in random seeds',
  async () => {
    const silent = new Set(ORACLE_MUTATIONS);
    for (let seed = first; seed <= last && silent.size > 0; seed += 1) {
      await runSeed(seed, ACTIONS, undefined, true, (world) => leaveSilent(silent, world));
      process.stderr.write(`seed ${seed}: ${silent.size} of ${ORACLE_MUTATIONS.length} rules are left\n`);
    }
    expect(faultsOf(silent)).toEqual([]);
  },
  (last - first + 1) * SEED_MS,
);
