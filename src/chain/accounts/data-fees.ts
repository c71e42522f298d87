import { Interface, Transaction } from 'ethers';
import { isRevert } from './reverted-call.js';
import { type Rpc, RpcError } from '../rpc/rpc-endpoint.js';

/** Where the OP stack has its GasPriceOracle; no other chain has code there (https://specs.optimism.io, predeploys). */
const ORACLE = '0x420000000000000000000000000000000000000F';
const oracle = new Interface([
  'function getL1Fee(bytes) view returns (uint256)',
  'function getOperatorFee(uint256) view returns (uint256)',
]);

/**
 * What the OP stack takes besides gas: the L1 data fee, for publishing a transaction on the chain below, and since
 * Isthmus the operator's fee, by the gas it uses.
 */
export class DataFees {
  private isCharged: Promise<boolean> | null = null;

  constructor(private readonly rpc: Rpc) {}

  /**
   * @param unsigned the transaction's bytes without a signature (the oracle allows for one), 0x-hex
   * @returns wei, by what the chain below costs now, if it uses all the gas it allows: so much an account must have to
   * send it; 0 where none is charged
   * @throws RpcError
   */
  async of(unsigned: string): Promise<bigint> {
    if (!(await this.charged())) return 0n;
    const [dataFee, operatorFee] = await Promise.all([
      this.ask('getL1Fee', unsigned),
      this.operatorFee(Transaction.from(unsigned).gasLimit),
    ]);
    return dataFee + operatorFee;
  }

  /** An oracle from before Isthmus does not know it. */
  private async operatorFee(gas: bigint): Promise<bigint> {
    try {
      return await this.ask('getOperatorFee', gas);
    } catch (error) {
      if (error instanceof RpcError && isRevert(error)) return 0n;
      throw error;
    }
  }

  private async ask(name: string, argument: string | bigint): Promise<bigint> {
    const data = oracle.encodeFunctionData(name, [argument]);
    const answer = await this.rpc.call('eth_call', [{ to: ORACLE, data }, 'latest']);
    const [fee] = oracle.decodeFunctionResult(name, answer).toArray() as [bigint];
    return fee;
  }

  /** Asked for once, unless no node answers. */
  private charged(): Promise<boolean> {
    this.isCharged ??= this.rpc.call('eth_getCode', [ORACLE, 'latest']).then(
      (code) => code !== '0x',
      (error: unknown) => {
        this.isCharged = null;
        throw error;
      },
    );
    return this.isCharged;
  }
}
