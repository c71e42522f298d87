import { getAddress } from 'ethers';
import { type AssetSweep, type SweepConfig, type TokenSweep } from './chains.js';
import { baseUnits, isRecord, knownKeys, type Located, type Path } from './located.js';
import { treasuryProblem } from './secrets.js';

const ASSET_KEYS = ['minimum', 'max_per_sweep', 'max_per_day'];

/** The chain's `sweep`: of the native asset, and what holds for all of it. */
export function chainSweep(entry: Located): SweepConfig {
  const given = entry.value.sweep ?? {};
  if (!isRecord(given)) {
    entry.complain(['sweep'], 'must be {enabled, treasury, minimum, …}');
    return { enabled: true, minimum: 0n };
  }
  const own = ['enabled', 'treasury', 'max_gas_price', 'gas_tank_minimum'];
  knownKeys(entry, ['sweep'], given, [...own, ...ASSET_KEYS]);
  const { enabled = true } = given;
  if (typeof enabled !== 'boolean') entry.complain(['sweep', 'enabled'], 'must be true or false');
  return {
    enabled: enabled === true,
    ...assetSweep(entry, ['sweep'], given),
    ...optional('treasury', treasury(entry, given.treasury)),
    ...optional('maxGasPrice', aboveZero(entry, ['sweep', 'max_gas_price'], given.max_gas_price)),
    ...optional('gasTankMinimum', aboveZero(entry, ['sweep', 'gas_tank_minimum'], given.gas_tank_minimum)),
  };
}

/** A token's `sweep`; left out, it has no limits. */
export function tokenSweep(entry: Located, path: Path, given: unknown): { sweep?: TokenSweep } {
  if (given === undefined) return {};
  if (!isRecord(given)) {
    entry.complain(path, 'must be {minimum, native_value, …}');
    return {};
  }
  knownKeys(entry, path, given, ['native_value', ...ASSET_KEYS]);
  const nativeValue = aboveZero(entry, [...path, 'native_value'], given.native_value);
  return { sweep: { ...assetSweep(entry, path, given), ...optional('nativeValue', nativeValue) } };
}

function assetSweep(entry: Located, path: Path, given: Record<string, unknown>): AssetSweep {
  return {
    minimum: given.minimum === undefined ? 0n : baseUnits(entry, [...path, 'minimum']),
    ...optional('maxPerSweep', aboveZero(entry, [...path, 'max_per_sweep'], given.max_per_sweep)),
    ...optional('maxPerDay', aboveZero(entry, [...path, 'max_per_day'], given.max_per_day)),
  };
}

function aboveZero(entry: Located, path: Path, given: unknown): bigint | undefined {
  if (given === undefined) return undefined;
  const amount = baseUnits(entry, path);
  if (amount === 0n) entry.complain(path, 'must be above zero; leave it out for no limit');
  return amount;
}

/** With its checksum, as money goes there. */
function treasury(entry: Located, given: unknown): string | undefined {
  if (given === undefined) return undefined;
  const text = typeof given === 'string' ? given : (entry.source(['sweep', 'treasury']) ?? '');
  const problem = treasuryProblem(text);
  if (problem === null) return getAddress(text).toLowerCase();
  entry.complain(['sweep', 'treasury'], problem);
  return undefined;
}

function optional<K extends string, V>(key: K, value: V | undefined): { [key in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [key in K]?: V });
}
