import { join } from 'node:path';
import { toBeHex, toQuantity } from 'ethers';
import { compile } from '../contracts/compile.js';
import { type SweepWorld } from './sweep-world.js';

/** Where the OP stack has it. */
const ORACLE = '0x420000000000000000000000000000000000000F';
const { deployed } = compile(join(import.meta.dirname, '../contracts/GasPriceOracle.sol'));
/** What the contract asks for, and a quarter. */
export const RESERVE = 50_000_000_000_000n;
const SCALAR = 3_000_000_000n * 10n ** 6n;
const CONSTANT = 1_000_000_000_000n;
export const operatorFeeOf = (gas: bigint) => (gas * SCALAR) / 10n ** 6n + CONSTANT;

/** A chain on which publishing a transaction costs a data fee. */
export async function withOracle(starting: Promise<SweepWorld>): Promise<SweepWorld> {
  const world = await starting;
  await world.chain.rpc('anvil_setCode', [ORACLE, deployed]);
  return world;
}

/** Its operator takes a fee as well. */
export async function withOperatorFee(starting: Promise<SweepWorld>): Promise<SweepWorld> {
  const world = await withOracle(starting);
  const word = (value: bigint) => toBeHex(value, 32);
  await world.chain.rpc('anvil_setStorageAt', [ORACLE, word(0n), word(SCALAR)]);
  await world.chain.rpc('anvil_setStorageAt', [ORACLE, word(1n), word(CONSTANT)]);
  await world.chain.mine();
  return world;
}

/** Receipts have it. The node does not charge what they say. */
export function tellOperatorFee(world: SweepWorld): void {
  world.isRobbed = true;
  world.node.inject('eth_getTransactionReceipt', {
    kind: 'answer',
    answer: async (call, ask) => {
      const answer = (await ask(call)) as { result: object | null };
      if (answer.result === null) return answer;
      const fields = { operatorFeeScalar: toQuantity(SCALAR), operatorFeeConstant: toQuantity(CONSTANT) };
      return { ...answer, result: { ...answer.result, ...fields } };
    },
  });
}
