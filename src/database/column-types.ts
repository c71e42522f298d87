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
export const amountColumn = {
  type: 'numeric',
  precision: 78,
  scale: 0,
  transformer: bigintText,
} satisfies ColumnOptions;

/** A chain id, block number or counter below 2^53: `number` in code, `bigint` in Postgres. */
export const integerColumn = { type: 'bigint', transformer: safeInteger } satisfies ColumnOptions;
