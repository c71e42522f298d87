import { formatUnits } from 'ethers';

/** An amount in base units as a person writes it: "1.5", and "1" rather than "1.0". */
export function wholeUnits(amount: string, decimals: number): string {
  return formatUnits(amount, decimals).replace(/\.0$/, '');
}
