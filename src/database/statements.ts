import { Injectable } from '@nestjs/common';
import type { Pool, QueryResultRow } from 'pg';
import { DataSource } from 'typeorm';

/**
 * SQL for the hot paths, on TypeORM's connections. Each statement has a name, by which PostgreSQL keeps its plan:
 * planning a statement that writes costs more than running it.
 */
@Injectable()
export class Statements {
  private readonly pool: Pool;

  constructor(dataSource: DataSource) {
    this.pool = (dataSource.driver as unknown as { master: Pool }).master;
  }

  /** Runs a statement as a transaction of its own. One name is one text, for ever. */
  async run<R extends QueryResultRow>(name: string, text: string, values: unknown[]): Promise<R[]> {
    const { rows } = await this.pool.query<R>({ name, text, values });
    return rows;
  }
}
