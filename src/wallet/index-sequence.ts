import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';

/**
 * Hands out derivation indices from a Postgres sequence: no two processes get the same one, and none comes twice.
 * Callers that wait at the same time share one query; nothing is taken ahead of need, since gaps between funded
 * addresses make a wallet harder to recover.
 */
@Injectable()
export class IndexSequence {
  private waiting: { resolve: (index: number) => void; reject: (error: unknown) => void }[] = [];
  private isFetching = false;

  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /**
   * @param manager of the transaction the caller is in, if any: whoever holds one connection and waited here for a
   * second would, with as many others as the pool has connections, wait for ever
   */
  next(manager?: EntityManager): Promise<number> {
    return manager ? nextOn(manager) : this.nextShared();
  }

  private nextShared(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      if (!this.isFetching) void this.fetch();
    });
  }

  private async fetch(): Promise<void> {
    this.isFetching = true;
    while (this.waiting.length > 0) {
      const callers = this.waiting;
      this.waiting = [];
      try {
        const rows = await this.dataSource.query<{ index: string }[]>(
          `SELECT nextval('derivation_index_seq') AS index FROM generate_series(1, $1)`,
          [callers.length],
        );
        callers.forEach(({ resolve }, position) => resolve(Number(rows[position]?.index)));
      } catch (error) {
        callers.forEach(({ reject }) => reject(error));
      }
    }
    this.isFetching = false;
  }
}

async function nextOn(manager: EntityManager): Promise<number> {
  const [row] = await manager.query<{ index: string }[]>(`SELECT nextval('derivation_index_seq') AS index`);
  return Number(row?.index);
}
