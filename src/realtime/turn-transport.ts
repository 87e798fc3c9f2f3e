import type { Socket as TcpSocket } from 'node:net';
import { transports } from 'engine.io';

type Packet = Parameters<InstanceType<typeof transports.websocket>['send']>[0][number];

/** The parts of ws's connection that are used here and are not in its types. */
interface WebSocketParts {
  readyState: number;
  bufferedAmount: number;
  terminate(): void;
  _socket?: TcpSocket | null;
}
const OPEN = 1;

const TEXT = 0x81;
const BINARY = 0x82;

/** The connections that have something to write in this turn of the event loop. */
let due: TurnTransport[] = [];

function writeDue(): void {
  const transports = due;
  due = [];
  for (const transport of transports) transport.flush();
  joined = { frames: [], bytes: Buffer.alloc(0) };
}

/** What was joined last: the members of a group mostly get the same frames. */
let joined: { frames: Buffer[]; bytes: Buffer } = { frames: [], bytes: Buffer.alloc(0) };

function join(frames: Buffer[]): Buffer {
  if (frames.length === 1) return frames[0]!;
  const same = frames.length === joined.frames.length && frames.every((frame, index) => frame === joined.frames[index]);
  if (!same) joined = { frames, bytes: Buffer.concat(frames) };
  return joined.bytes;
}

/**
 * Engine.IO's WebSocket transport, which writes what leaves a connection in one turn of the event loop at once: with many
 * connections it is the system calls that cost. The frames are the same, in the same order. What the client does not
 * take waits in the TCP socket, where `backlog` sees it.
 */
export class TurnTransport extends transports.websocket {
  private frames: Buffer[] = [];

  /** Bytes that wait for the client to read. */
  get backlog(): number {
    return this.parts.bufferedAmount;
  }

  override send(packets: Packet[]): void {
    for (const packet of packets) {
      this.parser.encodePacket(packet, this.supportsBinary, (data: string | Buffer) => this.push(encodeFrame(data)));
    }
    // Nothing waits above this transport, so the engine may go on at once.
    this.emit('drain');
  }

  /** Takes a frame, or several joined, that may go to many connections; see `encodeFrame`. */
  push(frame: Buffer): void {
    if (this.frames.length === 0 && due.push(this) === 1) setImmediate(writeDue);
    this.frames.push(frame);
  }

  flush(): void {
    const { frames, parts } = this;
    this.frames = [];
    if (frames.length === 0 || parts.readyState !== OPEN || !parts._socket) return;
    parts._socket.write(join(frames));
  }

  /** Ends the connection at once, whatever waits for the client. */
  terminate(): void {
    this.parts.terminate();
  }

  override doClose(done: () => void): void {
    this.flush();
    super.doClose(done);
  }

  private get parts(): WebSocketParts {
    return (this as unknown as { socket: WebSocketParts }).socket;
  }
}

/** An unmasked, unfragmented, uncompressed WebSocket frame (RFC 6455 section 5.2). */
export function encodeFrame(data: string | Buffer): Buffer {
  const length = Buffer.byteLength(data);
  const offset = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(offset + length);
  frame[0] = typeof data === 'string' ? TEXT : BINARY;
  if (offset === 2) {
    frame[1] = length;
  } else if (offset === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  if (typeof data === 'string') frame.write(data, offset);
  else data.copy(frame, offset);
  return frame;
}
