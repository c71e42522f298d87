import { CallRevertedError, type GasQuote } from '../chain/accounts/chain-accounts.js';
import { type Chain } from '../chain/chain.js';
import { type Round } from './movers.js';
import { saysNo, transferData } from './erc20.js';
import { allowedGas, expectedOf, MOST_TRANSFER_GAS, mostTransferGas, NOBODY } from './gas.js';
import { dataReserve, type Fees, feesFor, feesWithin, max, min } from './fees.js';
import { unsignedBytes } from './transaction-bytes.js';
import { type Address, type Asset } from '../ids/ids.js';

export interface Transfer {
  from: Address;
  to: Address;
  /** Null: the native asset. */
  tokenAddress: Asset;
  amount: bigint;
}

/** What a transfer is expected to cost: gas, and wei for publishing it where the chain charges that. */
export interface ExpectedCost {
  expectedGas: bigint;
  dataFee: bigint;
}

/** What trying a transfer on the node has shown, before anything is signed for it. */
export type Trial =
  /** It can be signed: the address has what it takes. */
  | ({ state: 'ready'; gasLimit: bigint; fees: Fees } & ExpectedCost)
  /** It lacks so many wei of all that it needs, which by a price is as much as by today's at the least. */
  | ({ state: 'needs_gas'; missing: bigint; neededAt: (quote: GasQuote) => bigint } & ExpectedCost)
  /** It would fail on the chain, and why. */
  | { state: 'refused'; reason: string };

export type DrainTrial =
  /** `cost`: wei that have to stay behind of what is at the address. */
  { state: 'ready'; gasLimit: bigint; fees: Fees; cost: bigint } | Extract<Trial, { state: 'refused' }>;

/**
 * Whether a transfer would succeed, and what it takes: by what its address has after the last block scanned. That it lacks
 * gas is found by a new quote, since gas may have got dearer since the round began.
 * @param promised wei at the address that others are to be paid with: as far as they are there, no gas is paid of them
 * @param taken looks up what gas that the address was just sent for it was mined at: it may be signed at that price, rather
 * than wait
 * @throws RpcError
 */
export async function tryTransfer(
  { chain, quote, extent }: Pick<Round, 'chain' | 'quote' | 'extent'>,
  transfer: Transfer,
  { promised = 0n, taken }: { promised?: bigint; taken?: () => Promise<Fees | null> } = {},
): Promise<Trial> {
  const { from, to, tokenAddress, amount } = transfer;
  const gasLimit = await gasToAllow(chain, transfer, extent.scanned.hash);
  if (typeof gasLimit !== 'bigint') return gasLimit;
  const { chainId, accounts } = chain;
  const wanted = feesFor(quote, false);
  const payload = { chainId, recipient: to, tokenAddress, amount, gasLimit, fees: wanted };
  const [balance, dataFee] = await Promise.all([
    accounts.balance(from, null, extent.scanned.hash),
    accounts.dataFee(unsignedBytes(payload)),
  ]);
  const kept = keptOf({ balance, moved: tokenAddress === null ? amount : 0n, promised });
  const forFees = balance - kept;
  const { least, roomy } = dataReserve(dataFee);
  const perGas = forFees > least ? (forFees - least) / gasLimit : null;
  // What is enough for the price of now needs no other.
  const lower = perGas !== null && perGas < wanted.maxFeePerGas ? await taken?.() : null;
  const fees = perGas === null ? null : feesWithin(quote, perGas, lower);
  const expected = { expectedGas: tokenAddress === null ? gasLimit : expectedOf(gasLimit), dataFee: roomy };
  if (fees !== null) return { state: 'ready', gasLimit, fees, ...expected };
  const now = feesFor(await accounts.gasQuote(), false).maxFeePerGas;
  const price = max(now, wanted.maxFeePerGas);
  const neededAt = (by: GasQuote) => kept + gasLimit * max(price, feesFor(by, false).maxFeePerGas) + roomy;
  return { state: 'needs_gas', missing: neededAt(quote) - balance, neededAt, ...expected };
}

/** Wei of a balance that pay for no gas: what is moved, and of what is promised to others as much as is there besides. */
export function keptOf({
  balance,
  moved,
  promised,
}: Record<'balance' | 'moved' | 'promised', bigint>): bigint {
  const besides = balance > moved ? balance - moved : 0n;
  return moved + (promised < besides ? promised : besides);
}

/** The same of native money that its own fee comes out of. @throws RpcError */
export async function tryDrain(
  { chain, quote, extent }: Pick<Round, 'chain' | 'quote' | 'extent'>,
  transfer: Omit<Transfer, 'tokenAddress'>,
): Promise<DrainTrial> {
  const { to: recipient, amount } = transfer;
  const gasLimit = await gasToAllow(chain, { ...transfer, tokenAddress: null }, extent.scanned.hash);
  if (typeof gasLimit !== 'bigint') return gasLimit;
  const fees = feesFor(quote, true);
  const { chainId, accounts } = chain;
  const bytes = unsignedBytes({ chainId, recipient, tokenAddress: null, amount, gasLimit, fees });
  const { roomy } = dataReserve(await accounts.dataFee(bytes));
  return { state: 'ready', gasLimit, fees, cost: gasLimit * fees.maxFeePerGas + roomy };
}

/**
 * The gas to allow it; or why it would fail, now and after the last block scanned.
 * @param after hash of that block
 * @throws RpcError
 */
export async function gasToAllow(
  chain: Chain,
  transfer: Transfer,
  after: string,
): Promise<bigint | Extract<Trial, { state: 'refused' }>> {
  const gas = await gasFor(chain, transfer, after);
  if (typeof gas !== 'bigint') return gas;
  const reason = await whyTooMuchGas(chain, transfer.from, gas);
  return reason === null ? gas : { state: 'refused', reason };
}

/** Why nothing is signed that takes so much gas, in words; null: it may be. @throws RpcError */
export async function whyTooMuchGas(
  { accounts, sweep: { maxGas } }: Pick<Chain, 'accounts' | 'sweep'>,
  from: Address,
  gas: bigint,
): Promise<string | null> {
  if (gas <= min(maxGas ?? MOST_TRANSFER_GAS, MOST_TRANSFER_GAS)) return null;
  const [plain, blockGas] = await Promise.all([
    accounts.estimateGas({ from, to: NOBODY }),
    accounts.blockGas(),
  ]);
  const most = mostTransferGas({ maxGas, plain, blockGas });
  return gas <= most ? null : `the transfer would take ${gas} gas, and may take ${most} (sweep.max_gas)`;
}

async function gasFor(
  { accounts }: Chain,
  { from, to, tokenAddress, amount }: Transfer,
  after: string,
): Promise<bigint | Extract<Trial, { state: 'refused' }>> {
  try {
    if (tokenAddress === null) {
      // A contract's own code may want more than the plain 21000.
      return await accounts.estimateGas({ from, to, value: 1n }, after);
    }
    const call = { from, to: tokenAddress, data: transferData(to, amount) };
    await accounts.call(call, {
      after,
      refusalIn: (answer) => (saysNo(answer) ? 'it returns false' : null),
    });
    return allowedGas(await accounts.estimateGas(call, after));
  } catch (error) {
    if (!(error instanceof CallRevertedError)) throw error;
    const what =
      tokenAddress === null ? `${to} refuses the money` : `token ${tokenAddress} refuses the transfer`;
    return { state: 'refused', reason: `${what}: ${error.message}` };
  }
}
