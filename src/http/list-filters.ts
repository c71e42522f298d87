import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, ArrayNotEmpty, IsArray, IsIn, IsOptional, Matches } from 'class-validator';
import { type ObjectLiteral, type SelectQueryBuilder } from 'typeorm';
import { IsInstant } from './is-instant.js';
import { PageQuery } from './page.js';

const DAY_MS = 86_400_000;

/** Query of every list of what has a time of creation. */
export class DatedPageQuery extends PageQuery {
  @ApiPropertyOptional({ format: 'date-time', description: 'Created after this moment' })
  @IsOptional()
  @IsInstant()
  created_after?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Created before this moment' })
  @IsOptional()
  @IsInstant()
  created_before?: string;
}

/** One of the values, or several: `?status=pending,detected`, or the parameter more than once. */
export function AnyOf(values: readonly string[], description?: string): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ enum: [...values], isArray: true, description }),
    IsOptional(),
    Transform(({ value }) => listed(value)),
    IsArray(),
    ArrayNotEmpty(),
    ArrayMaxSize(values.length),
    IsIn(values, { each: true, message: `must be one or more of: ${values.join(', ')}` }),
  );
}

/** The filter's older name, of one value. */
export function OlderStatusFilter(values: readonly string[]): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ enum: values, deprecated: true, description: '`status`, by its older name' }),
    IsOptional(),
    IsIn(values),
  );
}

/** By either name. */
export function wantedStatuses<T extends string>({
  status,
  state,
}: {
  status?: T[];
  state?: T;
}): T[] | undefined {
  return status ?? (state === undefined ? undefined : [state]);
}

/** A hash or address; in lower case, as those of chains are stored. */
export function IsHex(bytes: number, what: string): PropertyDecorator {
  return applyDecorators(
    IsOptional(),
    Transform(({ value }) => (typeof value === 'string' ? value.toLowerCase() : (value as unknown))),
    Matches(new RegExp(`^0x[0-9a-f]{${bytes * 2}}$`), {
      message: `must be ${what}: 0x and ${bytes * 2} hexadecimal digits`,
    }),
  );
}

function listed(value: unknown): unknown {
  if (value === undefined) return undefined;
  const parts = [value]
    .flat()
    .flatMap((one) => (typeof one === 'string' ? one.split(',') : [one as unknown]));
  return [...new Set(parts)];
}

/** A filter's bounds of time, as moments. */
export interface CreatedBetween {
  createdAfter?: Date;
  createdBefore?: Date;
}

export function createdBetween({
  created_after: from,
  created_before: until,
}: Pick<DatedPageQuery, 'created_after' | 'created_before'>): CreatedBetween {
  return {
    createdAfter: from === undefined ? undefined : new Date(from),
    createdBefore: until === undefined ? undefined : new Date(until),
  };
}

/**
 * Narrows a list by time of creation. Ids sort by it too (UUIDv7), and every list has an index by merchant and id: their
 * bounds, a day wider since the id may come from another clock than `created_at`, keep the query to that part of it.
 * @param idPrefix what stands before the UUID in ids of the table
 */
export function narrowByCreation<T extends ObjectLiteral>(
  query: SelectQueryBuilder<T>,
  { createdAfter, createdBefore }: CreatedBetween,
  idPrefix = '',
): void {
  const { alias } = query;
  if (createdAfter !== undefined) {
    const firstId = idPrefix + firstIdAt(new Date(createdAfter.getTime() - DAY_MS));
    query.andWhere(`${alias}.created_at > :createdAfter AND ${alias}.id >= :firstId`, {
      createdAfter,
      firstId,
    });
  }
  if (createdBefore !== undefined) {
    const lastId = idPrefix + firstIdAt(new Date(createdBefore.getTime() + DAY_MS));
    query.andWhere(`${alias}.created_at < :createdBefore AND ${alias}.id < :lastId`, {
      createdBefore,
      lastId,
    });
  }
}

/** The smallest UUIDv7 of a moment: ids made from then on sort at or after it. */
export function firstIdAt(time: Date): string {
  const hex = Math.max(0, time.getTime()).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
