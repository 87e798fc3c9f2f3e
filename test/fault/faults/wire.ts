import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * A TCP proxy in front of one server, or of several in turn, that can do to its lines what networks do. Whoever cannot
 * be reached is passed over.
 */
export class Wire {
  private readonly lines = new Set<Line>();
  private next = 0;
  private isCut = false;

  private constructor(
    private readonly server: Server,
    private readonly targets: URL[],
  ) {
    server.on('connection', (near) => this.accept(near));
  }

  static async to(...targets: string[]): Promise<Wire> {
    const server = createServer({ noDelay: true });
    const wire = new Wire(
      server,
      targets.map((target) => new URL(target)),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return wire;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Breaks every line, and lets none in until it is mended. */
  cut(): void {
    this.isCut = true;
    for (const line of this.lines) line.break();
  }

  mend(): void {
    this.isCut = false;
  }

  /** The lines that are open now carry nothing more, either way, and stay open: neither end is told. */
  freeze(): void {
    for (const line of this.lines) line.freeze();
  }

  /** On the lines that are open now, what the server says is lost from here on. */
  swallow(): void {
    for (const line of this.lines) line.swallowing = true;
  }

  /** On the lines that are open now, nobody reads what the server says: it piles up at the server. */
  stopReading(): void {
    for (const line of this.lines) line.stopReading();
  }

  readOn(): void {
    for (const line of this.lines) line.readOn();
  }

  /** What the server says comes this many milliseconds later, in the same order. */
  lag(milliseconds: number): void {
    for (const line of this.lines) line.lag = milliseconds;
  }

  /** The port from which each line that is open now reaches the server. */
  get ports(): number[] {
    return [...this.lines].map(({ far }) => far.localPort!);
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const line of this.lines) line.break();
    await closed;
  }

  private accept(near: Socket): void {
    near.on('error', () => undefined);
    if (this.isCut) near.destroy();
    else this.dial(near, this.targets.length);
  }

  private dial(near: Socket, tries: number): void {
    const target = this.targets[this.next++ % this.targets.length]!;
    const far = connect({ port: Number(target.port), host: target.hostname, noDelay: true });
    far.once('error', () => {
      if (tries > 1) this.dial(near, tries - 1);
      else near.destroy();
    });
    far.once('connect', () => {
      if (this.isCut || near.destroyed) {
        far.destroy();
        near.destroy();
        return;
      }
      const line = new Line(near, far);
      this.lines.add(line);
      far.once('close', () => this.lines.delete(line));
    });
  }
}

/** One connection through the wire. */
class Line {
  swallowing = false;
  lag = 0;
  private frozen = false;
  private unread = false;

  constructor(
    readonly near: Socket,
    readonly far: Socket,
  ) {
    far.on('error', () => undefined);
    this.pump(near, far, (chunk) => far.write(chunk));
    this.pump(far, near, (chunk) => this.back(chunk));
  }

  freeze(): void {
    this.frozen = true;
    this.near.pause();
    this.far.pause();
  }

  stopReading(): void {
    this.unread = true;
    this.far.pause();
  }

  readOn(): void {
    this.unread = false;
    this.far.resume();
  }

  break(): void {
    this.near.destroy();
    this.far.destroy();
  }

  private pump(from: Socket, to: Socket, write: (chunk: Buffer) => boolean): void {
    from.on('data', (chunk: Buffer) => {
      if (write(chunk)) return;
      from.pause();
      to.once('drain', () => {
        if (!this.frozen && !(this.unread && from === this.far)) from.resume();
      });
    });
    from.on('close', () => {
      if (!this.frozen) to.destroySoon();
    });
  }

  /** From the server to the client. */
  private back(chunk: Buffer): boolean {
    if (this.swallowing) return true;
    if (this.lag === 0) return this.near.write(chunk);
    setTimeout(() => this.near.write(chunk), this.lag);
    return true;
  }
}
