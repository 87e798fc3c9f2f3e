import type { ServerToClientEvents } from '../changes/contract.js';
import type { ChatSocket } from './chat-socket.js';
import { encodeFrame, TurnTransport } from './turn-transport.js';

/** What a connection may hold back for a client that does not read, in bytes. */
const MAX_BACKLOG = 4 * 1024 * 1024;
/** What it may hold back for a client that polls, in packets. */
const MAX_PACKETS = 4_096;

type EventName = keyof ServerToClientEvents;
type Payload = Parameters<ServerToClientEvents[EventName]>[0];

/** An event, encoded once for all the sockets that it goes to. */
export interface Emission {
  event: EventName;
  payload: Payload;
  frame: Buffer;
}

/** The event as Engine.IO's `4`, Socket.IO's `2`, and the name with the payload as JSON. */
export function encode(event: EventName, payload: Payload): Emission {
  return { event, payload, frame: encodeFrame(`42${JSON.stringify([event, payload])}`) };
}

/** Events that go to sockets one after the other, as the bytes that they are together. */
export interface Bundle {
  emissions: Emission[];
  bytes: Buffer;
}

export function bundle(emissions: Emission[]): Bundle {
  return { emissions, bytes: Buffer.concat(emissions.map(({ frame }) => frame)) };
}

/** As `emit`, for all the events of a bundle. */
export function emitBundle(socket: ChatSocket, { emissions, bytes }: Bundle): void {
  if (emissions.length === 0) return;
  const transport = freeTransport(socket);
  if (transport) transport.push(bytes);
  else for (const emission of emissions) emit(socket, emission);
}

/**
 * Emits an encoded event to a socket. One that polls, upgrades, or has packets waiting above its transport gets it from
 * Socket.IO as usual, which keeps the order.
 */
export function emit(socket: ChatSocket, { event, payload, frame }: Emission): void {
  const transport = freeTransport(socket);
  if (transport) {
    transport.push(frame);
    return;
  }
  // The compiler does not see that the name and the payload of one emission belong together.
  const emitAsUsual = socket.emit.bind(socket) as (event: EventName, payload: Payload) => boolean;
  emitAsUsual(event, payload);
}

/** The socket's transport, where it takes encoded frames and nothing is to go before them. */
function freeTransport(socket: ChatSocket): TurnTransport | null {
  const { readyState, upgrading, transport } = socket.conn;
  const isFree = readyState === 'open' && !upgrading && waitingPackets(socket) === 0;
  return isFree && transport instanceof TurnTransport ? transport : null;
}

/** Bytes that wait for the client to read, as far as that is known. */
export function backlogOf(socket: ChatSocket): number {
  const { transport } = socket.conn;
  return transport instanceof TurnTransport ? transport.backlog : 0;
}

/** Whether more waits for the client than may. */
export function isTooSlow(socket: ChatSocket): boolean {
  return backlogOf(socket) > MAX_BACKLOG || waitingPackets(socket) > MAX_PACKETS;
}

/** Ends the connection at once, whatever waits for the client. */
export function terminate(socket: ChatSocket): void {
  const { transport } = socket.conn;
  if (transport instanceof TurnTransport) transport.terminate();
  else socket.disconnect(true);
}

function waitingPackets(socket: ChatSocket): number {
  return (socket.conn as unknown as { writeBuffer: unknown[] }).writeBuffer.length;
}
