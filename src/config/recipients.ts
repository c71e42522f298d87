import { computeAddress } from 'ethers';
import { type ChainConfig } from './chains.js';
import { type Problem } from './configuration-error.js';
import { barred, ownerless } from './ownerless.js';
import { isWellKnownAddress } from './published-keys.js';
import { type Settings } from './settings.js';
import { type Address, type ChainId, toAddress } from '../ids/ids.js';

/** What an address is to get money as: `treasury` by sweeps, `customer` by refunds. */
export type RecipientRole = 'treasury' | 'customer';

/** What the configuration tells of addresses that are ours, or are no one's. */
export type AddressSettings = Pick<
  Settings,
  'nodeEnv' | 'treasuryAddress' | 'gasTankPrivateKey' | 'payoutPrivateKey' | 'chainsFile'
>;

/**
 * Why money must not go to an address, by the configuration alone: `Recipients` asks the database as well.
 * @param address lower-case
 * @param on the chains on which it is to get money
 * @returns what it is, as in “… is the gas tank”; null: nothing speaks against it
 */
export function unfitByConfiguration(
  address: Address,
  role: RecipientRole,
  settings: AddressSettings,
  chains: readonly ChainConfig[],
  on: readonly ChainId[],
): string | null {
  const lost = ownerless(address) ?? barred(address, on);
  if (lost !== null) return lost;
  for (const chain of chains) {
    const contract = contractOf(chain, address);
    if (contract !== null) return `${contract} on chain ${chain.name}`;
  }
  const { tank, payout } = payingAddresses(settings);
  if (address === tank) return 'the gas tank';
  if (address === payout) return 'the account that pays refunds';
  const isTreasury = treasuriesOf(settings, chains).some((treasury) => treasury.address === address);
  return role === 'customer' && isTreasury ? 'the treasury' : null;
}

/** What is wrong with treasuries and paying accounts that no single setting can be blamed for. */
export function accountProblems(settings: AddressSettings, chains: readonly ChainConfig[]): Problem[] {
  const { tank, payout } = payingAddresses(settings);
  const isShared = tank !== null && tank === payout;
  return [
    ...(isShared ? [{ name: 'PAYOUT_PRIVATE_KEY', what: SHARED_KEY }] : []),
    ...treasuryProblems(settings, chains),
  ];
}

/** The books have one account for each address: what gas takes would be missing where refunds are paid. */
const SHARED_KEY =
  'is the key of the gas tank too: gas would be paid with what is kept for refunds; give each an account of its own';

function treasuryProblems(settings: AddressSettings, chains: readonly ChainConfig[]): Problem[] {
  return treasuriesOf(settings, chains).flatMap(({ name, address, on }) => {
    const isEverybodys = settings.nodeEnv === 'production' && isWellKnownAddress(address);
    const unfit = isEverybodys
      ? 'a published test account: whatever it receives is stolen at once'
      : unfitByConfiguration(address, 'treasury', settings, chains, on);
    return unfit === null
      ? []
      : [{ name, what: `is ${unfit}; give the address of a wallet that is yours alone` }];
  });
}

function treasuriesOf(
  { treasuryAddress, chainsFile }: AddressSettings,
  chains: readonly ChainConfig[],
): { name: string; address: Address; on: ChainId[] }[] {
  const own = chains.flatMap(({ name, chainId, sweep: { treasury } }) =>
    treasury === undefined
      ? []
      : [
          {
            name: `${chainsFile ?? 'chains'}, ${name}, sweep.treasury`,
            address: treasury,
            on: [chainId],
          },
        ],
  );
  if (treasuryAddress === null) return own;
  const others = chains.filter(({ sweep: { treasury } }) => treasury === undefined);
  const on = others.map(({ chainId }) => chainId);
  return [{ name: 'TREASURY_ADDRESS', address: toAddress(treasuryAddress), on }, ...own];
}

function contractOf({ tokens, sweep, forwarder }: ChainConfig, address: Address): string | null {
  const token = tokens.find((one) => one.address === address);
  if (token) return `the contract of the token ${token.symbol}`;
  if (sweep.batches?.delegate === address) return 'the contract that deposit addresses delegate to';
  return forwarder === address ? 'the contract that makes deposit addresses' : null;
}

interface PayingAddresses {
  tank: Address | null;
  payout: Address | null;
}

/** By the settings they are of: from a key to its address takes milliseconds. */
const derived = new WeakMap<AddressSettings, PayingAddresses>();

function payingAddresses(settings: AddressSettings): PayingAddresses {
  const known = derived.get(settings);
  if (known) return known;
  const found = {
    tank: payingAddress(settings.gasTankPrivateKey),
    payout: payingAddress(settings.payoutPrivateKey),
  };
  derived.set(settings, found);
  return found;
}

/** Lower-case; null: there is no key. */
function payingAddress(privateKey: string | null): Address | null {
  return privateKey === null ? null : toAddress(computeAddress(privateKey));
}
