import { CallRevertedError, type GasQuote } from '../chain/chain-accounts.js';
import { type ChainService } from '../chain/chain.service.js';
import { type ChainConfig } from '../config/chains.js';
import { transferData } from '../outgoing/erc20.js';
import { dataReserve, expectedPrice, feesFor } from '../outgoing/fees.js';
import { unsignedBytes } from '../outgoing/transaction-bytes.js';

/** Yellow paper, appendix G. */
export const PLAIN_TRANSFER_GAS = 21_000n;
/** Of a token whose transfer cannot be tried now: more than common ones take. */
const USUAL_TOKEN_GAS = 65_000n;

/** What a transfer takes: gas, and wei for publishing its bytes where the chain charges that. */
interface Cost {
  gas: bigint;
  dataFee: bigint;
}

/** What sweeps of a chain cost by today's gas price; the node is asked once for each asset. */
export class SweepCosts {
  private readonly known = new Map<string | null, Promise<Cost>>();

  constructor(
    private readonly chains: ChainService,
    private readonly chain: ChainConfig,
    private readonly treasury: string,
    private readonly quote: GasQuote,
  ) {}

  /** In wei, the gas that has to be sent to the address first included. @throws RpcError */
  async feeOf(from: string, tokenAddress: string | null, amount: bigint): Promise<bigint> {
    const { gas, dataFee } = await this.once(tokenAddress, () => this.ask(from, tokenAddress, amount));
    if (tokenAddress === null) return gas * feesFor(this.quote, true).maxFeePerGas + dataFee;
    const own = await this.chains.accounts(this.chain.name).balance(from, null);
    const price = expectedPrice(this.quote);
    const fee = gas * price + dataFee;
    if (own >= gas * feesFor(this.quote, false).maxFeePerGas + dataFee) return fee;
    const funding = await this.once('funding', () => this.costOf(PLAIN_TRANSFER_GAS, null, fee));
    return fee + funding.gas * price + funding.dataFee;
  }

  private once(key: string | null, ask: () => Promise<Cost>): Promise<Cost> {
    const known = this.known.get(key);
    if (known) return known;
    const asked = ask();
    this.known.set(key, asked);
    return asked;
  }

  private async ask(from: string, tokenAddress: string | null, amount: bigint): Promise<Cost> {
    return this.costOf(await this.gasOf(from, tokenAddress, amount), tokenAddress, amount);
  }

  private async costOf(gas: bigint, tokenAddress: string | null, amount: bigint): Promise<Cost> {
    const bytes = unsignedBytes({
      chainId: this.chain.chainId,
      // To any other address it costs the same.
      recipient: this.treasury,
      tokenAddress,
      amount,
      gasLimit: gas,
      fees: feesFor(this.quote, tokenAddress === null),
    });
    const dataFee = await this.chains.accounts(this.chain.name).dataFee(bytes);
    return { gas, dataFee: dataReserve(dataFee).roomy };
  }

  private async gasOf(from: string, tokenAddress: string | null, amount: bigint): Promise<bigint> {
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
