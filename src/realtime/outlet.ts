import { setTimeout as delay } from 'node:timers/promises';
import type { ServerToClientEvents } from '../changes/contract.js';
import type { Batch } from './batch.js';
import type { ChatSocket } from './chat-socket.js';
import { Backlog } from './transport/backlog.js';
import { REPLAY_WAITING_BYTES, SLOW_CONSUMER_BYTES } from './transport/limits.js';
import { encodeFrame, TurnTransport } from './turn-transport.js';

/** How often a replay looks whether the client has read what waits, in milliseconds. */
const DRAIN_POLL_INTERVAL_MS = 20;

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

/**
 * Emits an encoded event to a socket. One that polls, upgrades, or has packets waiting above its transport gets it from
 * Socket.IO as usual, which keeps the order.
 */
export function emit(socket: ChatSocket, emission: Emission): void {
  const transport = openTransport(socket);
  if (transport) transport.push(emission.frame);
  else emitAsUsual(socket, emission);
}

/** As `emit`, for all events of a batch. */
export function emitAll(socket: ChatSocket, batch: Batch): void {
  if (batch.emissions.size === 0) return;
  const transport = openTransport(socket);
  if (transport) transport.push(batch.frames);
  else for (const emission of batch.emissions) emitAsUsual(socket, emission);
}

/** Bytes that wait for the client to read. */
export function backlogOf(socket: ChatSocket): number {
  const transport = openTransport(socket);
  return transport ? transport.backlog : Backlog.of(socket.conn).bytes;
}

/** Whether more waits for the client than may. */
export function isTooSlow(socket: ChatSocket): boolean {
  return backlogOf(socket) > SLOW_CONSUMER_BYTES;
}

/**
 * Resolves once the client has read most of what waits, so that a replay can go on, or is gone. `SlowConsumers` ends the
 * wait for a client that does not read at all.
 */
export async function whenRead(socket: ChatSocket): Promise<void> {
  while (socket.connected && backlogOf(socket) > REPLAY_WAITING_BYTES) {
    await delay(DRAIN_POLL_INTERVAL_MS, undefined, { ref: false });
  }
}

function openTransport(socket: ChatSocket): TurnTransport | undefined {
  const { readyState, upgrading, transport } = socket.conn;
  const isOpen = readyState === 'open' && !upgrading && waitingPackets(socket) === 0;
  return transport instanceof TurnTransport && isOpen ? transport : undefined;
}

function emitAsUsual(socket: ChatSocket, { event, payload }: Emission): void {
  // The compiler does not see that the name and the payload of one emission belong together.
  const emit = socket.emit.bind(socket) as (event: EventName, payload: Payload) => boolean;
  emit(event, payload);
}

function waitingPackets(socket: ChatSocket): number {
  return (socket.conn as unknown as { writeBuffer: unknown[] }).writeBuffer.length;
}
