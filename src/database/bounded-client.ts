import pg from 'pg';

/** A query that may set its own limit, in milliseconds, instead of that of its connection. */
export interface BoundedQuery extends pg.QueryConfig {
  timeoutMs?: number;
}

/**
 * The class of a pool's connections, on which every query has a time limit on this side too. The server's own limits do
 * not help when nothing comes back from it: a firewall or a failover may swallow packets and tell neither end. What
 * does not answer within `timeoutMs` is broken off and fails with ETIMEDOUT, and whether the query was carried out is
 * unknown. The idle connections of the pool have most likely met the same fate, and are broken off with it, so that no
 * other query has to find that out. (The `query_timeout` of pg leaves such a connection in use.)
 */
export function boundedClient(timeoutMs: number): typeof pg.Client {
  const connections = new Set<Connection>();
  return class extends pg.Client {
    constructor(config?: string | pg.ClientConfig) {
      super(config);
      new Connection(this, timeoutMs, connections);
    }
  };
}

class Connection {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly client: pg.Client,
    private readonly timeoutMs: number,
    private readonly all: Set<Connection>,
  ) {
    client.once('connect', () => all.add(this));
    client.on('drain', () => this.answered());
    client.once('end', () => {
      this.answered();
      all.delete(this);
    });
    // The method has too many signatures to be overridden in a class.
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    client.query = ((...args: [BoundedQuery | string, ...unknown[]]) => {
      this.asked(args[0]);
      return query(...args);
    }) as pg.Client['query'];
  }

  private asked(query: BoundedQuery | string): void {
    if (!this.all.has(this)) return;
    clearTimeout(this.timer);
    const timeoutMs = (typeof query === 'string' ? undefined : query.timeoutMs) ?? this.timeoutMs;
    this.timer = setTimeout(() => this.giveUp(timeoutMs), timeoutMs);
  }

  private answered(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private giveUp(timeoutMs: number): void {
    const error = Object.assign(new Error(`The database has not answered for ${timeoutMs} ms`), { code: 'ETIMEDOUT' });
    for (const one of this.all)
      if (one === this || one.timer === undefined) one.client.connection.stream.destroy(error);
  }
}
