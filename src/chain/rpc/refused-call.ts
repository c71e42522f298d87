/** EIP-1474's 3 in words: the contract was asked, and took everything back. */
const REVERTED = /\brevert(ed)?\b|vm exception/i;

/**
 * The contract was asked, and burned all the gas there was, or stumbled. By node: geth, Erigon, op-geth (core/vm/errors.go,
 * eth/gasestimator); Nethermind (GasEstimator.cs, EvmException); Besu (RpcErrorType.EXECUTION_HALTED,
 * ExceptionalHaltReason); reth and anvil (RpcInvalidTransactionError, revm's HaltReason); OpenEthereum and its heirs.
 */
const BURNED: readonly RegExp[] = [
  /out ?of ?gas|gas required (\(\d+\) )?exceeds|always failing|gas uint64 overflow|insufficient_gas/i,
  /invalid ?(fe)? ?opcode|bad ?instruction|opcode \S+ not defined|opcode ?not ?found|invalid_operation/i,
  /invalid ?jump|bad ?jump|stack ?(underflow|overflow|limit reached)|stack (size )?violation/i,
  /return data out of bounds|out ?of ?offset|access ?violation|write protection|static ?call ?violation|call ?not ?allowed ?inside ?static/i,
  /transaction execution fails|cannot estimate gas, gas spent exceeded/i,
  /transaction processing could not be completed due to an exception/i,
  /vm execution error|the execution failed due to an exception/i,
  /\bevm error:? *(?!outoffunds|database)[a-z]+/i,
];

/** The caller's own lack: it says nothing of what is called. */
const NO_MONEY = /insufficient (funds|balance|max ?fee)|outoffunds|doesn't have enough funds/i;

/** Whether a node did what was asked by `eth_call` or `eth_estimateGas`, and what was called refused. @param words the node's */
export function isRefusedCall(words: string): boolean {
  return REVERTED.test(words) || burnsGas(words);
}

/** Whether it refused without giving anything back: there are no words of its own, and another try fixes nothing. */
export function burnsGas(words: string): boolean {
  return !NO_MONEY.test(words) && BURNED.some((pattern) => pattern.test(words));
}
