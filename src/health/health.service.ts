import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Problem } from '../common/problem.js';

/** Whether this node should get traffic. */
@Injectable()
export class HealthService implements OnModuleDestroy {
  private stopping = false;

  constructor(private readonly dataSource: DataSource) {}

  /** The first thing that a stop does. */
  onModuleDestroy(): void {
    this.stopping = true;
  }

  get isStopping(): boolean {
    return this.stopping;
  }

  /** The application listens only once the migrations are done. Throws `server_stopping` or `unavailable`. */
  async ready(): Promise<void> {
    if (this.stopping) throw new Problem('server_stopping');
    await this.dataSource.query('SELECT 1');
  }
}
