import { RpcError } from '../rpc/rpc-error.js';
import { type RawReceipt } from './raw-block.js';

/** Of these each that is left out is none. */
const COSTS: readonly (keyof RawReceipt)[] = [
  ...(['gasUsed', 'effectiveGasPrice', 'blobGasUsed', 'blobGasPrice', 'l1Fee'] as const),
  ...(['operatorFeeScalar', 'operatorFeeConstant', 'daFootprintGasScalar'] as const),
];

/** @throws RpcError where the node tells of a cost in a form that is not known: another may do otherwise */
export function requireCostsRead({ unread = [] }: Pick<RawReceipt, 'unread'>): void {
  const lost = COSTS.find((name) => unread.includes(name));
  if (lost === undefined) return;
  throw new RpcError('the node', 'for what a transaction cost', `its ${lost} is in a form that is not known`);
}
