/** The settings of one running Messendger, checked and complete. Injected as itself. */
export class Config {
  /** `production` refuses weak secrets and logs JSON. */
  readonly production: boolean = false;
  readonly port: number = 8000;
  readonly host: string = 'localhost';
  readonly dataDir: string = './data';
  /** Where PostgreSQL is. Null in what was read from the environment: start the embedded one. */
  readonly databaseUrl: string | null = null;
  readonly databasePoolSize: number = 10;
  /** Where the Redis is that connects the nodes. Null for a single node. */
  readonly redisUrl: string | null = null;
  readonly jwtSecret: string = '';
  /** Seconds. */
  readonly accessTokenTtl: number = 43_200;
  readonly rateLimits: boolean = true;
  /** How many reverse proxies to believe. */
  readonly trustProxy: number = 0;
  /** Seconds. */
  readonly shutdownTimeout: number = 10;

  constructor(values: Partial<Config> = {}) {
    Object.assign(this, values);
  }
}
