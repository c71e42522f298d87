import { batchGasLimit, mostBatchGas, type PartGas } from '../../outgoing/gas.js';

/**
 * Which go together: those that take about as much, since all of a batch may use what the hungriest needs. Each is in
 * one of them.
 * @param size how many share a transaction at the most, above 0
 * @param blockGas what a block of the chain takes: no batch wants more than half of it
 */
export function batchesOf<T extends PartGas>(parts: readonly T[], size: number, blockGas: bigint): T[][] {
  const most = mostBatchGas(blockGas);
  const batches: T[][] = [];
  const inOrder = [...parts].sort((a, b) => (a.gas < b.gas ? -1 : Number(a.gas > b.gas)));
  for (const part of inOrder) {
    const last = batches.at(-1);
    const isRoomy = last !== undefined && last.length < size && batchGasLimit([...last, part]) <= most;
    if (isRoomy) last.push(part);
    else batches.push([part]);
  }
  return batches;
}
