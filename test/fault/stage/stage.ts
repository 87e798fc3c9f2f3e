import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Wire } from '../faults/wire.js';
import { StageDatabase } from './database.js';
import { Node } from './node.js';

export interface StageOptions {
  nodes?: number;
  /** Where the database is, unless it is one of its own in the run's PostgreSQL. `DATA_DIR` in `environment`: embedded. */
  databaseUrl?: string;
  environment?: NodeJS.ProcessEnv;
}

const SECRET = 'a secret that only the fault suite knows, 0123456789';

/** Nodes on one database, and a balancer in front of them. */
export class Stage {
  private readonly wires: Wire[] = [];

  private constructor(
    readonly nodes: Node[],
    readonly balancer: Wire,
    readonly database: StageDatabase,
    readonly directory: string,
  ) {}

  static async open({ nodes = 1, databaseUrl, environment = {} }: StageOptions): Promise<Stage> {
    const directory = await mkdtemp(join(tmpdir(), 'messendger-fault-'));
    const embedded = environment.DATA_DIR;
    const database = await openDatabase(databaseUrl, embedded);
    const settings = {
      JWT_SECRET: SECRET,
      DATA_DIR: directory,
      ...(embedded === undefined && { DATABASE_URL: database.url }),
      ...environment,
    };
    try {
      const started = await Promise.all(
        Array.from({ length: nodes }, (_, index) => Node.start(`node ${index + 1}`, settings)),
      );
      await database.audit();
      const balancer = await Wire.to(...started.map(({ url }) => url));
      return new Stage(started, balancer, database, directory);
    } catch (error) {
      await rm(directory, { recursive: true, force: true });
      await database.drop();
      throw error;
    }
  }

  /** A line of one's own to the balancer, or to one node, to be broken alone. */
  async wire(to: { url: string } = this.balancer): Promise<Wire> {
    const wire = await Wire.to(to.url);
    this.wires.push(wire);
    return wire;
  }

  /** Ends everything that it started. */
  async close(): Promise<void> {
    await Promise.all(this.wires.map((wire) => wire.close()));
    await this.balancer.close();
    await Promise.all(this.nodes.filter(({ running }) => running).map((node) => node.stop()));
    await this.database.drop();
    await rm(this.directory, { recursive: true, force: true });
  }
}

async function openDatabase(url: string | undefined, embedded: string | undefined): Promise<StageDatabase> {
  if (url !== undefined) return StageDatabase.at(url);
  if (embedded !== undefined) return StageDatabase.at(embeddedUrl(embedded));
  const cluster = process.env.TEST_DATABASE_URL;
  if (cluster === undefined) throw new Error('The test run has no PostgreSQL: test/support/cluster.setup.js starts it');
  return StageDatabase.create(cluster);
}

/** Where the embedded PostgreSQL of a data folder listens. */
function embeddedUrl(dataDir: string): string {
  return `postgres://messendger@localhost:5432/messendger?host=${encodeURIComponent(join(dataDir, 'postgres'))}&sslmode=disable`;
}
