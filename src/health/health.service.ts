import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Problem } from '../common/problem.js';

/** How old an answer of the database may be that is given again, in milliseconds. */
const MAX_AGE_MS = 1_000;

/** Whether this node should get traffic. */
@Injectable()
export class HealthService implements OnModuleDestroy {
  private stopping = false;
  private answer?: Promise<unknown>;
  private askedAt = -Infinity;

  constructor(private readonly dataSource: DataSource) {}

  /** The first thing that a stop does. */
  onModuleDestroy(): void {
    this.stopping = true;
  }

  get isStopping(): boolean {
    return this.stopping;
  }

  /**
   * The application listens only once the migrations are done. However often this is called, the database is asked once a
   * second at most. Throws `server_stopping` or `unavailable`.
   */
  async ready(): Promise<void> {
    if (this.stopping) throw new Problem('server_stopping');
    const now = performance.now();
    if (!this.answer || now - this.askedAt >= MAX_AGE_MS) {
      this.askedAt = now;
      this.answer = this.dataSource.query('SELECT 1');
    }
    await this.answer;
  }
}
