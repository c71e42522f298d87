import { type ColumnOptions, type ValueTransformer } from 'typeorm';

const bigintText: ValueTransformer = {
  to: (value: bigint | null | undefined) => value?.toString() ?? value,
  from: (value: string | null) => (value === null ? null : BigInt(value)),
};

const safeInteger: ValueTransformer = {
  to: (value: number | null | undefined) => value,
  from: (value: string | null) => (value === null ? null : Number(value)),
};

/** An amount in base units (wei, or the token's smallest unit): `bigint` in code, `numeric(78,0)` in Postgres. */
export const amountColumn: ColumnOptions = {
  type: 'numeric',
  precision: 78,
  scale: 0,
  transformer: bigintText,
};

/** A chain id, block number or counter below 2^53: `number` in code, `bigint` in Postgres. */
export const integerColumn: ColumnOptions = { type: 'bigint', transformer: safeInteger };
