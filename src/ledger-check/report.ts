import { formatUnits } from 'ethers';
import { type ListedAsset } from '../chain/accounts/funds-reader.js';
import { type LedgerAccount } from '../ledger/posting.js';
import { type ChainId } from '../ids/ids.js';

/** What the books say of an account and asset, and what the chain does, in base units. */
export interface CheckedBalance {
  account: LedgerAccount;
  asset: ListedAsset;
  ledger: bigint;
  /** Null: it has no balance on chain to be compared with. */
  onChain: bigint | null;
}

/** What customers sent of an asset, and what of it went back, by the books, in base units. */
export interface CheckedTurnover {
  asset: ListedAsset;
  received: bigint;
  returned: bigint;
}

export interface CheckedChain {
  chain: string;
  chainId: ChainId;
  /** Everything was compared after this block, up to which the chain is scanned; null: it was not scanned yet. */
  block: { number: number; hash: string } | null;
  /** Deposit addresses compared. */
  addresses: number;
  /** Transactions of ours of which the receipts were read again. */
  transactions: number;
  balances: CheckedBalance[];
  customers: CheckedTurnover[];
  differences: Remarks;
  /** What could not be compared, and why: it says nothing about the books. */
  unchecked: Remarks;
  /** What is no difference, and worth knowing. */
  notes: Remarks;
}

/** Remarks in words; of very many only the first are kept. */
export class Remarks {
  private static readonly KEPT = 1_000;
  readonly texts: string[] = [];
  count = 0;

  add(text: string): void {
    this.count += 1;
    if (this.count <= Remarks.KEPT) this.texts.push(text);
  }

  all(): string[] {
    const left = this.count - this.texts.length;
    return left > 0 ? [...this.texts, `and ${left} more`] : this.texts;
  }
}

/** Base units, and what people call that. */
export function amountText(amount: bigint, { symbol, decimals }: ListedAsset): string {
  return `${amount} base units (${formatUnits(amount, decimals)} ${symbol})`;
}
