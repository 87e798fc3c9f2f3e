import { Injectable } from '@nestjs/common';
import type { Pool, QueryResultRow } from 'pg';
import { DataSource } from 'typeorm';
import type { BoundedQuery } from './bounded-client.js';

/** How long a statement of a hot path may have no answer, in milliseconds; longer than the wait for a lock. */
const ANSWER_TIMEOUT_MS = 6_000;

/**
 * SQL for the hot paths, on TypeORM's connections. Each statement has a name, by which PostgreSQL keeps its plan:
 * planning a statement mostly costs more than running it. One name is one text, for ever.
 */
@Injectable()
export class Statements {
  private readonly pool: Pool;
  private readonly lookups = new Map<string, string>();

  constructor(private readonly dataSource: DataSource) {
    this.pool = (dataSource.driver as unknown as { master: Pool }).master;
  }

  /** Runs a statement as a transaction of its own. */
  async run<R extends QueryResultRow>(name: string, text: string, values: unknown[]): Promise<R[]> {
    const query: BoundedQuery = { name, text, values, timeoutMs: ANSWER_TIMEOUT_MS };
    const { rows } = await this.pool.query<R>(query);
    return rows;
  }

  /**
   * The entity for which `where` holds, or null. What TypeORM's `findOneBy` does, without building the query each time, for
   * entities of plain columns.
   */
  async find<T extends object>(name: string, type: new () => T, where: string, values: unknown[]): Promise<T | null> {
    const [row] = await this.run(name, this.lookup(type, where), values);
    return row ? Object.assign(new type(), row) : null;
  }

  private lookup(type: new () => object, where: string): string {
    const key = `${type.name} ${where}`;
    const known = this.lookups.get(key);
    if (known) return known;
    const { columns, tableName } = this.dataSource.getMetadata(type);
    const selected = columns.filter(({ isSelect }) => isSelect);
    const list = selected.map(({ databaseName, propertyName }) => `${databaseName} AS "${propertyName}"`);
    const text = `SELECT ${list.join(', ')} FROM ${tableName} WHERE ${where} LIMIT 1`;
    this.lookups.set(key, text);
    return text;
  }
}
