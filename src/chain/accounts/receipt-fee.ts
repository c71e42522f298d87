/** What of a receipt tells what its transaction cost. Quantities, 0x-hex; what a chain does not charge is left out. */
export interface RawFees {
  gasUsed: string;
  effectiveGasPrice: string;
  /** OP stack: what its data costs on the chain below, wei. */
  l1Fee?: string | null;
  /** OP stack since Isthmus; nodes leave both out where they are 0. */
  operatorFeeScalar?: string | null;
  operatorFeeConstant?: string | null;
  /** OP stack since Jovian, in every receipt. */
  daFootprintGasScalar?: string | null;
}

/** Wei, all that a transaction cost its sender. */
export function feeOf(receipt: RawFees): bigint {
  const { gasUsed, effectiveGasPrice, l1Fee } = receipt;
  return BigInt(gasUsed) * BigInt(effectiveGasPrice) + BigInt(l1Fee ?? 0) + operatorFeeOf(receipt);
}

/** https://specs.optimism.io, execution engine: Isthmus counts the scalar in millionths of a wei, Jovian in hundreds. */
function operatorFeeOf(receipt: RawFees): bigint {
  const scaled = BigInt(receipt.gasUsed) * BigInt(receipt.operatorFeeScalar ?? 0);
  const isJovian = receipt.daFootprintGasScalar != null;
  return (isJovian ? scaled * 100n : scaled / 1_000_000n) + BigInt(receipt.operatorFeeConstant ?? 0);
}
