import { type ChainAccounts, type Receipt } from '../chain/accounts/chain-accounts.js';
import { middle } from '../chain/accounts/gas-quote.js';
import { RpcError } from '../chain/rpc/rpc-error.js';
import { type OutgoingTransaction } from './outgoing-transaction.entity.js';

type Noted = Pick<OutgoingTransaction, 'fee' | 'gasUsed' | 'effectiveGasPrice'>;

/**
 * What a transaction paid for gas and publishing is in no receipts' root, so that no endpoint alone is believed: all are
 * asked. Where they differ, those are right that name the price which header and transaction prove; where none does, as on
 * chains with rules of their own, the middle is taken, of two the lower, and so it is of what else they charge. Not every node has all of it in the receipts of a whole block:
 * where none shows a receipt of its own, what was noted before stays.
 * @param receipt as its block proves it
 * @returns also whether endpoints differ
 */
export async function withAgreedFee(
  accounts: Pick<ChainAccounts, 'receiptsAnywhere'>,
  receipt: Receipt,
  noted: Noted,
): Promise<{ receipt: Receipt; isDisputed: boolean }> {
  const shown = await receiptsShown(accounts, receipt);
  const same = shown.filter(
    ({ blockHash, gasUsed }) => blockHash === receipt.blockHash && gasUsed === receipt.gasUsed,
  );
  if (same.length === 0) return { receipt: withNotedFee(receipt, noted), isDisputed: false };
  const asProven = same.filter(({ effectiveGasPrice: price }) => price === receipt.provenPrice);
  const right = asProven.length > 0 ? asProven : same;
  const fee = middle(right.map((one) => one.fee));
  const { effectiveGasPrice } = right.find((one) => one.fee === fee) as Receipt;
  const isDisputed = new Set(same.map((one) => one.fee)).size > 1;
  return { receipt: { ...receipt, fee, effectiveGasPrice }, isDisputed };
}

/** None where no endpoint answers: what is final does not wait for that. */
async function receiptsShown(
  accounts: Pick<ChainAccounts, 'receiptsAnywhere'>,
  { txHash }: Receipt,
): Promise<Receipt[]> {
  try {
    return await accounts.receiptsAnywhere(txHash);
  } catch (error) {
    if (error instanceof RpcError) return [];
    throw error;
  }
}

/** Where the gas is what the block proves. */
function withNotedFee(receipt: Receipt, { fee, gasUsed, effectiveGasPrice }: Noted): Receipt {
  if (fee === null || effectiveGasPrice === null || gasUsed !== receipt.gasUsed) return receipt;
  return { ...receipt, fee, effectiveGasPrice };
}
