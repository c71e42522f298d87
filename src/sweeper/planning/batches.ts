import { batchGasLimit, gasBelowFeeCap, mostBatchGas, type PartGas } from '../../outgoing/gas.js';

export interface Batches<T> {
  batches: T[][];
  /** What takes more than any transaction may: it is in none. */
  tooLarge: T[];
  /** The most gas that a batch may want. */
  most: bigint;
}

/**
 * Which go together: those that take about as much, since all of a batch may use what the hungriest needs. Each is in
 * one of them, unless no block would take it though it went alone: signed all the same, it would keep everything that the
 * gas tank signs after it waiting.
 * @param size how many share a transaction at the most, above 0
 * @param blockGas what a block of the chain takes: no batch wants more than half of it
 * @param price wei per gas that is offered: only what goes alone may cost more than nodes usually take
 */
export function batchesOf<T extends PartGas>(
  parts: readonly T[],
  size: number,
  blockGas: bigint,
  price: bigint,
): Batches<T> {
  const most = mostBatchGas(blockGas);
  const belowCap = gasBelowFeeCap(price);
  const mostShared = belowCap < most ? belowCap : most;
  const batches: T[][] = [];
  const tooLarge: T[] = [];
  const inOrder = [...parts].sort((a, b) => (a.gas < b.gas ? -1 : Number(a.gas > b.gas)));
  for (const part of inOrder) {
    const last = batches.at(-1);
    const isRoomy = last !== undefined && last.length < size && batchGasLimit([...last, part]) <= mostShared;
    if (batchGasLimit([part]) > most) tooLarge.push(part);
    else if (isRoomy) last.push(part);
    else batches.push([part]);
  }
  return { batches, tooLarge, most };
}
