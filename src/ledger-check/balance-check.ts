import { type EntityManager } from 'typeorm';
import { getAddress } from 'ethers';
import { isAbsurdAmount } from '../chain/tokens/absurd-amount.js';
import { type ListedAsset, type FundsReader } from '../chain/accounts/funds-reader.js';
import { balancesOf } from '../ledger/ledger-balances.js';
import { type LedgerAccount, type LedgerLeg } from '../ledger/posting.js';
import { absurdlyPaid, depositAddresses } from '../payments/payment-addresses.js';
import { amountText, type CheckedChain } from './report.js';
import { type Address } from '../ids/ids.js';

export interface BalanceContext {
  manager: EntityManager;
  reader: FundsReader;
  report: CheckedChain;
  /** What the books lack so far, and was reckoned with. */
  lacking: readonly LedgerLeg[];
  /** Nothing is sent from here: what left the deposit addresses, the operator moved himself. */
  isSweptElsewhere: boolean;
}

/** By asset, in the order of the reader's, in base units; null: not all of it could be read. */
type Sums = (bigint | null)[];

interface Place {
  address: Address;
  name: string;
}

/** Compares every deposit address there is. @returns what all of them hold on chain */
export async function checkDeposits(context: BalanceContext, onProgress: () => void): Promise<Sums> {
  const { manager, reader, report } = context;
  const sums: Sums = reader.assets.map(() => 0n);
  const gone = reader.assets.map(() => 0n);
  const absurd = await absurdlyPaid(manager, reader.chain.chainId);
  const unread = new UnreadBalances(reader, report);
  for await (const rows of depositAddresses(manager)) {
    const places = rows.map(({ address, derivationIndex }) => ({
      address,
      name: `deposit address ${getAddress(address)} (index ${derivationIndex})`,
    }));
    await compare(context, places, sums, unread, (place, asset, position, difference) => {
      if (absurd.has(`${place.address} ${asset.token}`)) {
        report.notes.add(
          `${place.name} was paid absurd amounts of ${asset.symbol} by its contract: not compared`,
        );
        return;
      }
      if (difference < 0n && context.isSweptElsewhere) {
        gone[position] = (gone[position] ?? 0n) - difference;
        return;
      }
      report.differences.add(differenceText(place, asset, difference));
    });
    report.addresses += rows.length;
    onProgress();
  }
  unread.tell();
  gone.forEach((amount, position) => {
    if (amount === 0n) return;
    const asset = reader.assets[position] as ListedAsset;
    report.notes.add(`${amountText(amount, asset)} were moved from deposit addresses with your own wallet`);
  });
  return sums;
}

/** Compares the gas tank and the payout account: they may be sent more than is seen, and never less. */
export async function checkPaying(
  context: BalanceContext,
  paying: ReadonlyMap<Address, LedgerAccount>,
): Promise<Map<LedgerAccount, Sums>> {
  const { reader, report } = context;
  const byAccount = new Map<LedgerAccount, Sums>();
  const unread = new UnreadBalances(reader, report);
  for (const [address, account] of paying) {
    const sums: Sums = byAccount.get(account) ?? reader.assets.map(() => 0n);
    byAccount.set(account, sums);
    const name = `${account === 'gas_tank' ? 'the gas tank' : 'the payout account'} ${getAddress(address)}`;
    await compare(context, [{ address, name }], sums, unread, (place, asset, _position, difference) => {
      if (difference > 0n) {
        report.notes.add(
          `${place.name} holds ${amountText(difference, asset)} more than is booked: money that came without a ` +
            'transaction that the scan sees, as from a contract',
        );
      } else {
        report.differences.add(differenceText(place, asset, difference));
      }
    });
  }
  unread.tell();
  return byAccount;
}

/** Balances that a token's contract does not tell: each where something is booked by itself, the others in one sentence. */
class UnreadBalances {
  /** By asset: addresses where nothing is booked. */
  private readonly unbooked = new Map<ListedAsset, number>();

  constructor(
    private readonly reader: FundsReader,
    private readonly report: CheckedChain,
  ) {}

  add({ name }: Place, asset: ListedAsset, booked: bigint): void {
    if (booked === 0n) this.unbooked.set(asset, (this.unbooked.get(asset) ?? 0) + 1);
    else
      this.report.unchecked.add(
        `${name}: ${amountText(booked, asset)} are booked, and ${this.why(asset)}: it could not be checked`,
      );
  }

  dispute({ name }: Place, { symbol }: ListedAsset): void {
    this.report.unchecked.add(
      `${name}: endpoints contradict each other about its ${symbol}: it could not be checked. Take out the one that is wrong`,
    );
  }

  tell(): void {
    for (const [asset, count] of this.unbooked) {
      const addresses = count === 1 ? '1 address' : `${count} addresses`;
      this.report.unchecked.add(
        `${asset.symbol} at ${addresses} where none is booked: ${this.why(asset)}: it could not be checked`,
      );
    }
  }

  private why({ token }: ListedAsset): string {
    const problem = token === null ? undefined : this.reader.tokenProblems.get(token);
    return problem?.reason ?? `the token at ${token} does not tell what is there`;
  }
}

/** @param onDifference called with what the chain has more (or, below 0, less) than the books */
async function compare(
  { manager, reader, lacking }: BalanceContext,
  places: readonly Place[],
  sums: Sums,
  unread: UnreadBalances,
  onDifference: (place: Place, asset: ListedAsset, position: number, difference: bigint) => void,
): Promise<void> {
  if (places.length === 0) return;
  const addresses = places.map(({ address }) => address);
  const held = await reader.balances(addresses);
  const booked = await balancesOf(manager, reader.chain.chainId, addresses, reader.block.number);
  const known = new Map<string, bigint>();
  for (const { address, tokenAddress, amount } of [...booked, ...lacking]) {
    const key = `${address} ${tokenAddress}`;
    known.set(key, (known.get(key) ?? 0n) + amount);
  }
  places.forEach((place, row) =>
    reader.assets.forEach((asset, position) => {
      const own = known.get(`${place.address} ${asset.token}`) ?? 0n;
      const said = held[row]?.[position] ?? null;
      const isAbsurd = said !== null && said !== own && isAbsurdAmount(asset.token, said);
      const onChain = isAbsurd ? null : said;
      const sum = sums[position] ?? null;
      if (reader.isDisputed(place.address, asset.token)) {
        sums[position] = null;
        return unread.dispute(place, asset);
      }
      sums[position] = sum === null || onChain === null ? null : sum + onChain;
      if (onChain === null) return unread.add(place, asset, own);
      const difference = onChain - own;
      if (difference !== 0n) onDifference(place, asset, position, difference);
    }),
  );
}

function differenceText({ name }: Place, asset: ListedAsset, difference: bigint): string {
  if (difference < 0n)
    return `${name} holds ${amountText(-difference, asset)} less than is booked: it was moved by someone else`;
  const hint =
    asset.token === null
      ? 'money was missed, as what contracts send is with internal_transfers off: see docs/operation.md, Internal transfers'
      : 'money was missed: run quittance scanner rescan over the blocks in question';
  return `${name} holds ${amountText(difference, asset)} more than is booked: ${hint}`;
}
