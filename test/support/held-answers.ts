import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * A line to a PostgreSQL server. Once `hold` is called it keeps what the server says until the server ends the
 * connection; then all of it comes in one piece, as it does to a process that was busy meanwhile.
 */
export class HeldAnswers {
  private holding = false;

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {
    server.on('connection', (near) => this.relay(near));
  }

  static async to(url: string): Promise<HeldAnswers> {
    const server = createServer({ noDelay: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new HeldAnswers(server, new URL(url));
  }

  /** The server's address over this line. */
  get url(): string {
    const url = new URL(this.target);
    url.searchParams.delete('host');
    url.host = `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return url.href;
  }

  hold(): void {
    this.holding = true;
  }

  pass(): void {
    this.holding = false;
  }

  close(): void {
    this.server.close();
  }

  private relay(near: Socket): void {
    const far = connect(addressOf(this.target));
    const kept: Buffer[] = [];
    far.on('data', (chunk: Buffer) => (this.holding ? kept.push(chunk) : near.write(chunk)));
    far.on('end', () => near.end(Buffer.concat(kept)));
    near.on('data', (chunk: Buffer) => far.write(chunk));
    near.on('close', () => far.destroy());
    for (const socket of [near, far]) socket.on('error', () => undefined);
  }
}

/** Of a server that listens on a socket in a folder, or on a port. */
function addressOf({ hostname, port, searchParams }: URL): { path: string } | { host: string; port: number } {
  const folder = searchParams.get('host');
  return folder === null
    ? { host: hostname, port: Number(port || 5432) }
    : { path: `${folder}/.s.PGSQL.${port || 5432}` };
}
