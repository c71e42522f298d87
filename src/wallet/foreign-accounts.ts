import { computeAddress, getAddress } from 'ethers';
import { type Configuration } from '../config/read-configuration.js';
import { withConnection } from '../database/connect.js';
import { type DepositScheme } from './deposit-scheme.js';
import { NEXT_INDEX } from './next-index.js';
import { depositScheme } from './scheme-of-settings.js';
import { type Address, toAddress } from '../ids/ids.js';

/** How many addresses that are still to be given out are looked at: half a second of deriving. */
const AHEAD = 5_000;
/** So many are derived before others have their turn. */
const AT_A_TIME = 500;

/** Money would be spent where customers pay it, or be swept in a circle. */
export class DepositKeyError extends Error {
  constructor(setting: string, address: Address, index?: number) {
    const which = index === undefined ? '' : `, index ${index} of it`;
    super(
      `${setting} is of ${getAddress(address)}, a deposit address of this wallet${which}: customers' money would be ` +
        'spent there. Give an account of another wallet, not a further account of the same words',
    );
  }
}

interface OperatorAccount {
  setting: string;
  address: Address;
}

/** What the operator named as the operator's own. */
function operatorAccounts({ settings, chains }: Configuration): OperatorAccount[] {
  const { treasuryAddress, gasTankPrivateKey, payoutPrivateKey } = settings;
  const named: [string, string | null | undefined][] = [
    ['TREASURY_ADDRESS', treasuryAddress],
    ['GAS_TANK_PRIVATE_KEY', gasTankPrivateKey && computeAddress(gasTankPrivateKey)],
    ['PAYOUT_PRIVATE_KEY', payoutPrivateKey && computeAddress(payoutPrivateKey)],
    ...chains.map(({ name, sweep }): [string, string | undefined] => [
      `sweep.treasury of ${name}`,
      sweep.treasury,
    ]),
  ];
  return named.flatMap(([setting, address]) => (address ? [{ setting, address: toAddress(address) }] : []));
}

/**
 * Looks whether a treasury, the gas tank or the payout account is one of the next deposit addresses: such an account
 * is refused before the first customer pays to it. What was given out before is looked up in the database, where it is
 * signed as well.
 * @throws DepositKeyError
 */
export async function requireForeignAccounts(given: Configuration, url: string): Promise<void> {
  const { settings } = given;
  if (!settings.roles.includes('sweeper') || (settings.mnemonic ?? settings.xpub) === null) return;
  const accounts = operatorAccounts(given);
  if (accounts.length === 0) return;
  const next = await withConnection(url, 'quittance address check', async (client) => {
    const { rows } = await client.query<{ next: string }>(NEXT_INDEX);
    return Number(rows[0]?.next);
  });
  await requireNotAmong(accounts, depositScheme(settings), next);
}

/** @param from the first index looked at @throws DepositKeyError */
export async function requireNotAmong(
  accounts: readonly OperatorAccount[],
  scheme: DepositScheme,
  from: number,
): Promise<void> {
  const settingOf = new Map(accounts.map(({ address, setting }) => [address, setting]));
  for (let index = from; index < from + AHEAD; index += 1) {
    const address = scheme.addressAt(index)?.address;
    const setting = address && settingOf.get(address);
    if (address && setting) throw new DepositKeyError(setting, address, index);
    if (index % AT_A_TIME === 0) await new Promise(setImmediate);
  }
}
