/** So many in so many seconds. */
export interface Rate {
  points: number;
  duration: number;
}

/** What is counted, each against a rate of its own. */
export type LimitName =
  | 'request'
  | 'handshake'
  | 'connect'
  | 'command'
  | 'connectionCommand'
  | 'unauthenticated'
  | 'login'
  | 'account'
  | 'accountTotal'
  | 'passwordCheck'
  | 'refresh'
  | 'sessionRefresh'
  | 'register'
  | 'reset'
  | 'letter';

/** How new accounts come to be: by themselves, by a link of an operator, or not at all. */
export type Registration = 'open' | 'invited' | 'off';

/** Another issuer whose tokens are accepted. Of `jwksUrl` and `keyFile` one at least is set; the first is used. */
export interface IssuerSettings {
  issuer: string;
  audience: string;
  /** As in RFC 7518; asymmetric. */
  algorithm: string;
  /** What the header must have for `typ`. */
  tokenType: string;
  jwksUrl: string | null;
  keyFile: string | null;
}

/** Where people log in with Google. */
export interface GoogleSettings {
  clientId: string;
  clientSecret: string;
  authorizationUrl: string;
  tokenUrl: string;
  userinfoUrl: string;
}

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
  /** Where browsers reach the server, without a slash at the end. Null: as their requests say; in letters, on this machine. */
  readonly publicUrl: string | null = null;
  /** The server that takes letters. Null: none are written. */
  readonly smtpUrl: string | null = null;
  /** Who the letters are from. */
  readonly mailFrom: string | null = null;
  readonly jwtSecret: string = '';
  /** Those before it, whose access tokens are still taken. */
  readonly previousJwtSecrets: readonly string[] = [];
  /** Seconds. */
  readonly accessTokenTtl: number = 900;
  /** Seconds. */
  readonly sessionTtl: number = 2_592_000;
  /** Seconds. */
  readonly sessionIdleTtl: number = 1_209_600;
  readonly registration: Registration = 'open';
  /** Whether people log in here with a password. */
  readonly passwordLogin: boolean = true;
  /** Whether `POST /oauth/token` has the `password` grant, which RFC 9700 section 2.4 forbids. */
  readonly oauthPasswordGrant: boolean = false;
  /** Null: nobody logs in with Google. */
  readonly google: GoogleSettings | null = null;
  /** Of which domains Google accounts are accepted, in lower case. None: of all. */
  readonly googleDomains: readonly string[] = [];
  /** Null: no tokens but ours are taken. */
  readonly issuer: IssuerSettings | null = null;
  readonly rateLimits: boolean = true;
  readonly limits: Readonly<Record<LimitName, Rate>> = {
    request: { points: 600, duration: 60 },
    handshake: { points: 3_000, duration: 60 },
    connect: { points: 120, duration: 60 },
    command: { points: 200, duration: 5 },
    connectionCommand: { points: 100, duration: 5 },
    unauthenticated: { points: 300, duration: 60 },
    login: { points: 20, duration: 60 },
    refresh: { points: 3_000, duration: 60 },
    sessionRefresh: { points: 60, duration: 60 },
    register: { points: 20, duration: 3_600 },
    account: { points: 10, duration: 900 },
    accountTotal: { points: 100, duration: 900 },
    passwordCheck: { points: 60, duration: 900 },
    reset: { points: 20, duration: 3_600 },
    letter: { points: 5, duration: 3_600 },
  };
  /** Connections that one user may have to one node at a time. */
  readonly connectionsPerUser: number = 30;
  /** TCP connections that one node takes. */
  readonly maxConnections: number = 20_000;
  /** Whether Socket.IO clients may poll; otherwise they need a WebSocket. */
  readonly polling: boolean = true;
  /** Whether Swagger UI and the OpenAPI document are served. */
  readonly apiDocs: boolean = true;
  /** Origins of other servers whose pages may use this one. */
  readonly allowedOrigins: readonly string[] = [];
  /** How many reverse proxies to believe. */
  readonly trustProxy: number = 0;
  /** Seconds. */
  readonly shutdownTimeout: number = 10;

  constructor(values: Partial<Config> = {}) {
    Object.assign(this, values);
  }

  /** What links to the page begin with. */
  get pageUrl(): string {
    return this.publicUrl ?? `http://localhost:${this.port}`;
  }
}
