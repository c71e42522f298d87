import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { collectDefaultMetrics, register } from 'prom-client';
import { DataSource } from 'typeorm';
import { ChainService } from '../chain/chain.service.js';

export interface Health {
  status: 'ok' | 'unavailable';
  parts: {
    database: 'ok' | 'unavailable';
    /** A chain that cannot be reached or is refused leaves the rest at work, and is no reason to be taken out. */
    chains: Record<
      string,
      { state: string; scanned_block: number | null; scanned_block_time: string | null }
    >;
  };
}

interface CursorRow {
  chain_id: string;
  block_number: string;
  block_time: Date;
}

@Injectable()
export class HealthService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly chains: ChainService,
  ) {
    register.clear();
    collectDefaultMetrics();
  }

  async check(): Promise<Health> {
    const cursors = await this.cursors();
    const database = cursors === null ? 'unavailable' : 'ok';
    const chains = Object.fromEntries(
      this.chains.all().map(({ name, chainId }) => {
        const cursor = cursors?.find((row) => Number(row.chain_id) === chainId);
        return [
          name,
          {
            state: this.chains.status(name).state,
            scanned_block: cursor ? Number(cursor.block_number) : null,
            scanned_block_time: cursor?.block_time.toISOString() ?? null,
          },
        ];
      }),
    );
    return { status: database, parts: { database, chains } };
  }

  /** Null when the database does not answer. */
  private async cursors(): Promise<CursorRow[] | null> {
    try {
      return await this.dataSource.query<CursorRow[]>(
        'SELECT chain_id, block_number, block_time FROM chain_cursors',
      );
    } catch {
      return null;
    }
  }
}
