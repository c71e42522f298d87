import { formatUnits } from 'ethers';
import { type CheckedBalance, type CheckedChain, type CheckedTurnover } from '../ledger-check/report.js';

/** A chain's check for a person. */
export function checkText(report: CheckedChain): string {
  const { chain, block, addresses, transactions, differences, unchecked, notes } = report;
  if (block === null && unchecked.count === 0)
    return `${chain}: nothing was scanned yet, so there is nothing to compare\n\n`;
  if (block === null) return [chain, ...uncheckedText(report), '', ''].join('\n');
  return [
    `${chain} at block ${block.number} ${block.hash}`,
    `${addresses} deposit addresses, ${transactions} transactions of ours: ${verdict(report)}`,
    ...report.balances.map(balanceText),
    ...report.customers.map(customersText),
    ...differences.all().map((text) => `DIFFERENCE  ${text}`),
    ...uncheckedText(report),
    ...notes.all().map((text) => `note  ${text}`),
    '',
    '',
  ].join('\n');
}

function verdict({ differences, unchecked }: CheckedChain): string {
  if (differences.count > 0)
    return `${differences.count} ${differences.count === 1 ? 'difference' : 'differences'}`;
  return unchecked.count > 0
    ? 'no difference in what could be checked, which is not all'
    : 'the books are what the chain says';
}

function uncheckedText({ unchecked }: CheckedChain): string[] {
  return unchecked.all().map((text) => `NOT CHECKED  ${text}`);
}

/** How an account is proved that has no balance of its own on chain. */
const PROOF: Partial<Record<CheckedBalance['account'], string>> = {
  treasury: 'what we sent there, by receipts; others may pay it, so its balance is not compared',
  fees: 'gas by receipts, what tokens keep by balances',
};

function balanceText({ account, asset, ledger, onChain }: CheckedBalance): string {
  const booked = `${formatUnits(ledger, asset.decimals)} ${asset.symbol}`.padEnd(36);
  const found =
    onChain === null ? (PROOF[account] ?? '') : `on chain ${formatUnits(onChain, asset.decimals)}`;
  return `  ${account.padEnd(9)} ${booked} ${found}`.trimEnd();
}

function customersText({ asset, received, returned }: CheckedTurnover): string {
  const words = (amount: bigint) => `${formatUnits(amount, asset.decimals)} ${asset.symbol}`;
  return `  customers sent ${words(received)}, and got ${words(returned)} of it back`;
}

/** As `--json` prints it. */
export function checkJson(reports: readonly CheckedChain[]) {
  return {
    ok: reports.every(({ differences, unchecked }) => differences.count + unchecked.count === 0),
    chains: reports.map(({ chain, chainId, block, addresses, transactions, ...report }) => ({
      chain,
      chain_id: chainId,
      block_number: block?.number ?? null,
      block_hash: block?.hash ?? null,
      addresses,
      transactions,
      balances: report.balances.map(({ account, asset, ledger, onChain }) => ({
        account,
        asset: asset.symbol,
        token: asset.token,
        decimals: asset.decimals,
        ledger: String(ledger),
        on_chain: onChain === null ? null : String(onChain),
      })),
      customers: report.customers.map(({ asset, received, returned }) => ({
        asset: asset.symbol,
        token: asset.token,
        decimals: asset.decimals,
        received: String(received),
        returned: String(returned),
      })),
      differences: report.differences.all(),
      unchecked: report.unchecked.all(),
      notes: report.notes.all(),
    })),
  };
}
