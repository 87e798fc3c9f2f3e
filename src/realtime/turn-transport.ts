import type { Socket as TcpSocket } from 'node:net';
import { transports } from 'engine.io';
import { MAX_UNAUTHENTICATED_BYTES } from './transport/limits.js';

type Packet = Parameters<InstanceType<typeof transports.websocket>['send']>[0][number];

/** The parts of ws's connection that are used here and are not in its types. */
interface WebSocketParts {
  readyState: number;
  bufferedAmount: number;
  terminate(): void;
  on(event: 'ping', listener: (data: Buffer) => void): void;
  _socket?: TcpSocket | null;
}
const OPEN = 1;

const TEXT = 0x81;
const BINARY = 0x82;
const PONG = 0x8a;

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
  /** What may wait for the client, in bytes; more ends the connection. See `Backlog`, which sets it. */
  maxBacklogBytes = MAX_UNAUTHENTICATED_BYTES;
  private frames: Buffer[] = [];
  private frameBytes = 0;
  private isDue = false;
  /** The payload of the newest ping that is not answered yet. */
  private pingData: Buffer | undefined;
  private waitsForDrain = false;

  constructor(request: ConstructorParameters<typeof transports.websocket>[0]) {
    super(request);
    this.parts.on('ping', (data) => this.answerPing(data));
  }

  /** Bytes that wait for the client to read. */
  get backlog(): number {
    return this.frameBytes + this.parts.bufferedAmount;
  }

  /** Bytes that the operating system has taken. */
  get deliveredBytes(): number {
    const socket = this.parts._socket;
    return socket ? socket.bytesWritten - socket.writableLength : 0;
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
    if (this.backlog + frame.length > this.maxBacklogBytes) return this.terminate();
    this.flushSoon();
    this.frames.push(frame);
    this.frameBytes += frame.length;
  }

  flush(): void {
    const { frames, parts } = this;
    this.frames = [];
    this.frameBytes = 0;
    this.isDue = false;
    if (parts.readyState !== OPEN || !parts._socket) return;
    if (frames.length > 0) parts._socket.write(join(frames));
    if (this.pingData) this.pong(parts._socket, this.pingData);
  }

  /** Ends the connection at once, whatever waits for the client. */
  terminate(): void {
    this.parts.terminate();
  }

  override doClose(done: () => void): void {
    this.flush();
    super.doClose(done);
  }

  private flushSoon(): void {
    if (this.isDue) return;
    this.isDue = true;
    if (due.push(this) === 1) setImmediate(writeDue);
  }

  /** RFC 6455 section 5.5.3 lets an endpoint answer only the newest ping: so pings that nobody reads add up to one. */
  private answerPing(data: Buffer): void {
    this.pingData = data;
    this.flushSoon();
  }

  private pong(socket: TcpSocket, data: Buffer): void {
    if (!socket.writableNeedDrain) {
      this.pingData = undefined;
      socket.write(encodeFrame(data, PONG));
    } else if (!this.waitsForDrain) {
      this.waitsForDrain = true;
      socket.once('drain', () => {
        this.waitsForDrain = false;
        this.flushSoon();
      });
    }
  }

  private get parts(): WebSocketParts {
    return (this as unknown as { socket: WebSocketParts }).socket;
  }
}

/** An unmasked, unfragmented, uncompressed WebSocket frame (RFC 6455 section 5.2). */
export function encodeFrame(data: string | Buffer, opcode = typeof data === 'string' ? TEXT : BINARY): Buffer {
  const length = Buffer.byteLength(data);
  const offset = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(offset + length);
  frame[0] = opcode;
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
