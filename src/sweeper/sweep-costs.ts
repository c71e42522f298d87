import { CallRevertedError, type GasQuote } from '../chain/chain-accounts.js';
import { type ChainService } from '../chain/chain.service.js';
import { type ChainConfig } from '../config/chains.js';
import { transferData } from '../outgoing/erc20.js';
import { expectedPrice, feesFor } from '../outgoing/fees.js';

/** Yellow paper, appendix G. */
export const PLAIN_TRANSFER_GAS = 21_000n;
/** Of a token whose transfer cannot be tried now: more than common ones take. */
const USUAL_TOKEN_GAS = 65_000n;

/** What sweeps of a chain cost by today's gas price; gas is asked for once for each asset. */
export class SweepCosts {
  private readonly gas = new Map<string | null, Promise<bigint>>();

  constructor(
    private readonly chains: ChainService,
    private readonly chain: ChainConfig,
    private readonly treasury: string,
    private readonly quote: GasQuote,
  ) {}

  /** In wei, the gas that has to be sent to the address first included. @throws RpcError */
  async feeOf(from: string, tokenAddress: string | null, amount: bigint): Promise<bigint> {
    const gas = await this.gasOf(from, tokenAddress, amount);
    if (tokenAddress === null) return gas * feesFor(this.quote, true).maxFeePerGas;
    const own = await this.chains.accounts(this.chain.name).balance(from, null);
    const isFunded = own >= gas * feesFor(this.quote, false).maxFeePerGas;
    return (gas + (isFunded ? 0n : PLAIN_TRANSFER_GAS)) * expectedPrice(this.quote);
  }

  private gasOf(from: string, tokenAddress: string | null, amount: bigint): Promise<bigint> {
    const known = this.gas.get(tokenAddress);
    if (known) return known;
    const asked = this.ask(from, tokenAddress, amount);
    this.gas.set(tokenAddress, asked);
    return asked;
  }

  private async ask(from: string, tokenAddress: string | null, amount: bigint): Promise<bigint> {
    const accounts = this.chains.accounts(this.chain.name);
    try {
      return await (tokenAddress === null
        ? accounts.estimateGas({ from, to: this.treasury, value: 1n })
        : accounts.estimateGas({ from, to: tokenAddress, data: transferData(this.treasury, amount) }));
    } catch (error) {
      if (!(error instanceof CallRevertedError)) throw error;
      return tokenAddress === null ? PLAIN_TRANSFER_GAS : USUAL_TOKEN_GAS;
    }
  }
}
