import { Decoder, PacketType } from 'socket.io-parser';

/** The longest command that is read, in UTF-16 code units: a message of 4,000 characters fits however it is escaped. */
export const MAX_COMMAND_LENGTH = 64 * 1024;
/** The name under which a command arrives that was too long to be read. */
export const OVERSIZED_COMMAND = 'oversized';
/** Packets of one connection that are read in one turn of the event loop; a body of a poll may hold many. */
const MAX_PACKETS_A_TURN = 5_000;

/** An event's header: its type, its namespace, and the id under which the client waits for the acknowledgement. */
const EVENT_HEADER = /^2(?:(\/[^,]{0,100}),)?(\d{1,15})?\[/;

/** A packet up to this length counts as so long: most are shorter, and need not be remembered. */
const SHORT_PACKET = 1_024;
/** The lengths of longer packets, by the arguments that listeners get of them. */
const lengths = new WeakMap<object, number>();

/** How long the packet was at most that brought these arguments, in UTF-16 code units. */
export const lengthOf = (args: object): number => lengths.get(args) ?? SHORT_PACKET;

/** Counts turns of the event loop, as far as something is read in them. */
let turn = 0;
let isTurnCounted = false;
function currentTurn(): number {
  if (isTurnCounted) return turn;
  isTurnCounted = true;
  turn += 1;
  setImmediate(() => (isTurnCounted = false));
  return turn;
}

/**
 * Socket.IO's decoder, one a connection, with limits. It throws, and Socket.IO then closes the connection, on a second
 * CONNECT, on a flood, and on anything but a command that is too long. Such a command is not parsed, but passed on by the
 * name `oversized`, so that it is acknowledged with an error.
 */
export class ChatDecoder extends Decoder {
  private connects = 0;
  private turn = 0;
  private packetsThisTurn = 0;
  /** The length of the packet that is being read, its attachments included. */
  private length = 0;

  constructor() {
    super();
    this.on('decoded', ({ data }) => {
      if (this.length > SHORT_PACKET && typeof data === 'object' && data !== null) {
        lengths.set(data as object, this.length);
      }
    });
  }

  override add(packet: string | Buffer): void {
    this.countPacket();
    if (typeof packet !== 'string') return this.addAttachment(packet);
    this.length = packet.length;
    if (packet.length > MAX_COMMAND_LENGTH) return this.passOn(packet);
    if (packet.startsWith(String(PacketType.CONNECT)) && ++this.connects > 1) {
      throw new Error('A connection has one CONNECT');
    }
    super.add(packet);
  }

  private addAttachment(data: Buffer): void {
    if (data.length > MAX_COMMAND_LENGTH) throw new Error('An attachment is too long');
    this.length += data.length;
    super.add(data);
  }

  private passOn(packet: string): void {
    const header = EVENT_HEADER.exec(packet);
    if (!header) throw new Error('Only a command may be so long');
    const [, nsp = '/', id] = header;
    const data = [OVERSIZED_COMMAND];
    this.emitReserved('decoded', { type: PacketType.EVENT, nsp, data, ...(id !== undefined && { id: Number(id) }) });
  }

  private countPacket(): void {
    const now = currentTurn();
    if (this.turn !== now) this.packetsThisTurn = 0;
    this.turn = now;
    this.packetsThisTurn += 1;
    if (this.packetsThisTurn > MAX_PACKETS_A_TURN) throw new Error('Too many packets at once');
  }
}
