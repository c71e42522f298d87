import { type ChainAccounts, type Receipt } from '../chain/accounts/chain-accounts.js';
import { middle } from '../chain/accounts/gas-quote.js';
import { RpcError } from '../chain/rpc/rpc-error.js';
import { type OutgoingTransaction } from './outgoing-transaction.entity.js';

type Noted = Pick<OutgoingTransaction, 'fee' | 'gasUsed' | 'effectiveGasPrice'>;

/**
 * What a transaction paid for gas and publishing no root covers, so that no endpoint alone is believed: all are asked, and
 * where they differ the middle is taken, of two the lower. Not every node has all of it in the receipts of a whole block:
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
  const fees = same.map(({ fee }) => fee);
  const fee = middle(fees);
  const { effectiveGasPrice } = same.find((one) => one.fee === fee) as Receipt;
  return { receipt: { ...receipt, fee, effectiveGasPrice }, isDisputed: new Set(fees).size > 1 };
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
