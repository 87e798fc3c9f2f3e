import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A line to a PostgreSQL server on which one can hold back what either side says. */
export class DatabaseLine {
  private holdsAnswers = false;
  private readonly connections = new Set<{ losesAnswers: boolean }>();
  private question: { text: string; came(pass: () => void): void } | undefined;

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {
    server.on('connection', (near) => this.relay(near));
  }

  static async to(url: string): Promise<DatabaseLine> {
    const server = createServer({ noDelay: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new DatabaseLine(server, new URL(url));
  }

  /** The server's address over this line. */
  get url(): string {
    const url = new URL(this.target);
    url.searchParams.delete('host');
    url.host = `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return url.href;
  }

  /**
   * Keeps what the server says, until `passAnswers` or until the server ends the connection; then all of it comes in one
   * piece, as it does to a process that was busy meanwhile.
   */
  holdAnswers(): void {
    this.holdsAnswers = true;
  }

  passAnswers(): void {
    this.holdsAnswers = false;
  }

  /** On the connections that are open now nothing comes back any more, and neither end is told. */
  loseAnswers(): void {
    for (const connection of this.connections) connection.losesAnswers = true;
  }

  /** Keeps the next question in which `text` occurs. Resolves, when it came, with what lets it go on. */
  holdQuestion(text: string): Promise<() => void> {
    return new Promise((came) => {
      this.question = { text, came };
    });
  }

  close(): void {
    this.server.close();
  }

  private relay(near: Socket): void {
    const far = connect(addressOf(this.target));
    const kept: Buffer[] = [];
    const connection = { losesAnswers: false };
    this.connections.add(connection);
    far.on('data', (chunk: Buffer) => {
      if (connection.losesAnswers) return;
      if (this.holdsAnswers) kept.push(chunk);
      else near.write(chunk);
    });
    far.on('end', () => {
      if (!connection.losesAnswers) near.end(Buffer.concat(kept));
    });
    near.on('data', (chunk: Buffer) => this.ask(chunk, near, far));
    near.on('close', () => far.destroy());
    for (const socket of [near, far]) socket.on('error', () => undefined);
  }

  private ask(chunk: Buffer, near: Socket, far: Socket): void {
    const { question } = this;
    if (!question || !chunk.includes(question.text)) return void far.write(chunk);
    this.question = undefined;
    near.pause();
    question.came(() => {
      far.write(chunk);
      near.resume();
    });
  }
}

/** Of a server that listens on a socket in a folder, or on a port. */
function addressOf({ hostname, port, searchParams }: URL): { path: string } | { host: string; port: number } {
  const folder = searchParams.get('host');
  return folder === null
    ? { host: hostname, port: Number(port || 5432) }
    : { path: `${folder}/.s.PGSQL.${port || 5432}` };
}
