import { Interface } from 'ethers';
import { type Rpc } from './rpc-endpoint.js';

/** Where the OP stack has its GasPriceOracle; no other chain has code there (https://specs.optimism.io, predeploys). */
const ORACLE = '0x420000000000000000000000000000000000000F';
const oracle = new Interface(['function getL1Fee(bytes) view returns (uint256)']);

/** What a chain takes besides gas for publishing a transaction on the chain below: the L1 data fee of the OP stack. */
export class DataFees {
  private isCharged: Promise<boolean> | null = null;

  constructor(private readonly rpc: Rpc) {}

  /**
   * @param unsigned the transaction's bytes without a signature (the oracle allows for one), 0x-hex
   * @returns wei, by what the chain below costs now; 0 where none is charged
   * @throws RpcError
   */
  async of(unsigned: string): Promise<bigint> {
    if (!(await this.charged())) return 0n;
    const data = oracle.encodeFunctionData('getL1Fee', [unsigned]);
    const answer = await this.rpc.call<string>('eth_call', [{ to: ORACLE, data }, 'latest']);
    const [fee] = oracle.decodeFunctionResult('getL1Fee', answer).toArray() as [bigint];
    return fee;
  }

  /** Asked for once, unless no node answers. */
  private charged(): Promise<boolean> {
    this.isCharged ??= this.rpc.call<string>('eth_getCode', [ORACLE, 'latest']).then(
      (code) => code !== '0x',
      (error: unknown) => {
        this.isCharged = null;
        throw error;
      },
    );
    return this.isCharged;
  }
}
