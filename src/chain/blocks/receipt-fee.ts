import { type RawReceipt } from './raw-block.js';
import { requireCostsRead } from './costs-read.js';

/** The part of a receipt that says what its transaction cost; what a chain does not charge is left out. */
export type RawFees = Pick<
  RawReceipt,
  'unread' | 'gasUsed' | 'l1Fee' | 'operatorFeeScalar' | 'operatorFeeConstant' | 'daFootprintGasScalar'
>;

/** Wei, all that a transaction cost its sender. @throws RpcError as `requireCostsRead` */
export function feeOf(receipt: RawFees, effectiveGasPrice: bigint): bigint {
  requireCostsRead(receipt);
  return receipt.gasUsed * effectiveGasPrice + (receipt.l1Fee ?? 0n) + operatorFeeOf(receipt);
}

/** https://specs.optimism.io, execution engine: Isthmus counts the scalar in millionths of a wei, Jovian in hundreds. */
function operatorFeeOf(receipt: RawFees): bigint {
  const scaled = receipt.gasUsed * (receipt.operatorFeeScalar ?? 0n);
  const isJovian = receipt.daFootprintGasScalar !== undefined;
  return (isJovian ? scaled * 100n : scaled / 1_000_000n) + (receipt.operatorFeeConstant ?? 0n);
}
