import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsUUID, Max, Min } from 'class-validator';

/** Query of every list. */
export class PageQuery {
  @ApiPropertyOptional({ minimum: 1, maximum: 100, default: 25 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  limit: number = 25;

  @ApiPropertyOptional({ format: 'uuid', description: 'The `next` of the page before' })
  @IsOptional()
  @IsUUID(undefined, { message: 'must be the `next` of the page before' })
  after?: string;
}

export interface Page<T> {
  data: T[];
  /** Send it as `after` for the next page; null on the last. */
  next: string | null;
  /** Whether there is a next page. */
  has_more: boolean;
}

/** The OpenAPI description of `Page`, but for its `data`. */
export abstract class PageBody {
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Send it as `after` for the next page; null on the last',
  })
  next: string | null;

  @ApiProperty({ description: 'Whether there is a next page' })
  has_more: boolean;
}

/** @param rows one more than `limit`, where there is one: that is how the last page is known */
export function page<T>(rows: T[], limit: number, cursorOf: (row: T) => string): Page<T> {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return { data, next: hasMore ? cursorOf(last) : null, has_more: hasMore };
}

/** A list that is never long: one page, of the same form as all others. */
export function onePage<T>(data: T[]): Page<T> {
  return { data, next: null, has_more: false };
}
