import { type AssetSweep, type SweepBatches, type SweepConfig, type TokenSweep } from './chains.js';
import {
  address,
  baseUnits,
  integer,
  isRecord,
  knownKeys,
  type ChainsFileEntry,
  type Path,
} from './chains-file-entry.js';
import { treasuryProblem } from './secrets.js';
import { type Address, toAddress } from '../ids/ids.js';

const PATHS = ['prefund', 'eip7702'];
/** More would not fit into what chains allow one transaction (EIP-7825), with tokens that take much gas. */
const MOST_TOGETHER = 100;
const USUALLY_TOGETHER = 20;
const ASSET_KEYS = ['minimum', 'max_per_sweep', 'max_per_day'];

/** The chain's `sweep`: of the native asset, and what holds for all of it. */
export function chainSweep(entry: ChainsFileEntry): SweepConfig {
  const given = entry.value.sweep ?? {};
  if (!isRecord(given)) {
    entry.complain(['sweep'], 'must be {enabled, treasury, minimum, …}');
    return { enabled: true, minimum: 0n };
  }
  const own = [
    'enabled',
    'treasury',
    'max_gas_price',
    'max_gas',
    'max_fee',
    'gas_tank_minimum',
    'path',
    'delegate',
    'batch',
  ];
  knownKeys(entry, ['sweep'], given, [...own, ...ASSET_KEYS]);
  const { enabled = true } = given;
  if (typeof enabled !== 'boolean') entry.complain(['sweep', 'enabled'], 'must be true or false');
  return {
    enabled: enabled === true,
    ...assetSweep(entry, ['sweep'], given),
    ...optional('treasury', treasury(entry, given.treasury)),
    ...optional('maxGasPrice', aboveZero(entry, ['sweep', 'max_gas_price'], given.max_gas_price)),
    ...optional('maxGas', maxGas(entry, given.max_gas)),
    ...optional('maxFee', aboveZero(entry, ['sweep', 'max_fee'], given.max_fee)),
    ...optional('gasTankMinimum', aboveZero(entry, ['sweep', 'gas_tank_minimum'], given.gas_tank_minimum)),
    ...optional('batches', batches(entry, given)),
  };
}

/** A token's `sweep`; left out, it has no limits. */
export function tokenSweep(entry: ChainsFileEntry, path: Path, given: unknown): { sweep?: TokenSweep } {
  if (given === undefined) return {};
  if (!isRecord(given)) {
    entry.complain(path, 'must be {minimum, native_value, …}');
    return {};
  }
  knownKeys(entry, path, given, ['native_value', ...ASSET_KEYS]);
  const nativeValue = aboveZero(entry, [...path, 'native_value'], given.native_value);
  return { sweep: { ...assetSweep(entry, path, given), ...optional('nativeValue', nativeValue) } };
}

function assetSweep(entry: ChainsFileEntry, path: Path, given: Record<string, unknown>): AssetSweep {
  const minimum = given.minimum === undefined ? 0n : baseUnits(entry, [...path, 'minimum']);
  const maxPerSweep = aboveZero(entry, [...path, 'max_per_sweep'], given.max_per_sweep);
  const maxPerDay = aboveZero(entry, [...path, 'max_per_day'], given.max_per_day);
  return { minimum, ...optional('maxPerSweep', maxPerSweep), ...optional('maxPerDay', maxPerDay) };
}

/** What the cheapest transfer takes, on every chain (Ethereum's yellow paper, appendix G). */
const LEAST_GAS = 21_000n;

function maxGas(entry: ChainsFileEntry, given: unknown): bigint | undefined {
  const most = aboveZero(entry, ['sweep', 'max_gas'], given);
  if (most !== undefined && most > 0n && most < LEAST_GAS)
    entry.complain(
      ['sweep', 'max_gas'],
      `is below ${LEAST_GAS}, which the cheapest transfer takes: nothing would ever be sent`,
    );
  return most;
}

function aboveZero(entry: ChainsFileEntry, path: Path, given: unknown): bigint | undefined {
  if (given === undefined) return undefined;
  const amount = baseUnits(entry, path);
  if (amount === 0n) entry.complain(path, 'must be above zero; leave it out for no limit');
  return amount;
}

/** What belongs to the path alone is not passed over where another is taken. */
function batches(entry: ChainsFileEntry, given: Record<string, unknown>): SweepBatches | undefined {
  const { path = 'prefund', delegate, batch = USUALLY_TOGETHER } = given;
  if (!PATHS.includes(path as string)) {
    entry.complain(['sweep', 'path'], `must be one of ${PATHS.join(', ')}`);
    return undefined;
  }
  if (path === 'prefund') {
    for (const key of ['delegate', 'batch'].filter((one) => given[one] !== undefined))
      entry.complain(['sweep', key], 'belongs to path: eip7702; add that, or leave it out');
    return undefined;
  }
  if (delegate === undefined) {
    const name = String(entry.value.name);
    entry.complain(
      ['sweep', 'delegate'],
      `is missing: without path, run \`quittance sweep deploy-delegate --chain ${name}\`, which prints it`,
    );
    return undefined;
  }
  return {
    delegate: address(entry, ['sweep', 'delegate'], delegate),
    size: integer(entry, ['sweep', 'batch'], batch, { min: 1, max: MOST_TOGETHER }),
  };
}

/** With its checksum, as money goes there. */
function treasury(entry: ChainsFileEntry, given: unknown): Address | undefined {
  if (given === undefined) return undefined;
  const text = typeof given === 'string' ? given : (entry.source(['sweep', 'treasury']) ?? '');
  const problem = treasuryProblem(text);
  if (problem === null) return toAddress(text);
  entry.complain(['sweep', 'treasury'], problem);
  return undefined;
}

function optional<K extends string, V>(key: K, value: V | undefined): { [key in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [key in K]?: V });
}
