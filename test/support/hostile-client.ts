import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** The types of WebSocket frames (RFC 6455 section 5.2) that a client sends. */
export const TEXT = 0x1;
export const PING = 0x9;

/** A final, masked frame. The mask is zero, so that the payload stays as it is. */
export function maskedFrame(opcode: number, payload: string): Buffer {
  const data = Buffer.from(payload);
  const header = Buffer.alloc(data.length < 126 ? 6 : 14);
  header[0] = 0x80 | opcode;
  header[1] = 0x80 | (data.length < 126 ? data.length : 127);
  if (data.length >= 126) header.writeBigUInt64BE(BigInt(data.length), 2);
  return Buffer.concat([header, data]);
}

/** A TCP connection that writes what it likes, and reads nothing unless it is told to. It may stay half open. */
export class HostileClient {
  private constructor(readonly socket: Socket) {
    socket.on('error', () => undefined);
  }

  static async connect(url: string): Promise<HostileClient> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    await once(socket, 'connect');
    return new HostileClient(socket.pause());
  }

  /** Asks for a WebSocket, of a polling session where `sid` names one, without waiting for the answer. */
  static async webSocket(url: string, sid?: string): Promise<HostileClient> {
    const client = await HostileClient.connect(url);
    const query = `EIO=4&transport=websocket${sid === undefined ? '' : `&sid=${sid}`}`;
    client.socket.write(
      `GET /socket.io/?${query} HTTP/1.1\r\nHost: ${new URL(url).host}\r\nConnection: Upgrade\r\n` +
        'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    return client;
  }

  /** The local port, by which the server's side can be found. */
  get port(): number {
    return this.socket.localPort!;
  }

  get closed(): boolean {
    return this.socket.destroyed;
  }

  /**
   * Writes `block` so many times; resolves when the server has taken it all, has closed the connection, or takes no more
   * for a second.
   */
  async flood(block: Buffer, times: number): Promise<void> {
    for (let sent = 0; sent < times && !this.closed; sent += 1) {
      if (this.socket.write(block)) continue;
      const stop = AbortSignal.timeout(1_000);
      const either = [once(this.socket, 'drain', { signal: stop }), once(this.socket, 'close', { signal: stop })];
      if (!(await Promise.race(either).catch(() => null))) return;
    }
  }

  /** Reads until `text` came, and then no more. */
  async readUntil(text: string): Promise<void> {
    let came = '';
    while (!came.includes(text)) {
      if (this.socket.readableLength === 0) await once(this.socket, 'readable');
      came += String(this.socket.read() ?? '');
      if (this.closed) throw new Error(`The connection ended before ${text} came`);
    }
  }

  close(): void {
    this.socket.destroy();
  }
}
