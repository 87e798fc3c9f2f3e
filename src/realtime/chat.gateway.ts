import type { BeforeApplicationShutdown } from '@nestjs/common';
import { type OnGatewayConnection, type OnGatewayInit, WebSocketGateway, WebSocketServer } from '@nestjs/websockets';
import type { ChatServer, ChatSocket } from './chat-socket.js';
import { closeAll } from './close.js';
import { CommandGate } from './command-gate.js';
import { Connections } from './connections.js';
import { Handshake } from './handshake.js';
import { PresenceService } from './presence.service.js';
import { SessionWatch } from './session-watch.js';
import { SlowConsumers } from './slow-consumers.js';

/**
 * Where Socket.IO and the product meet. Commands do not go through Nest's message handlers, which leave a client without
 * an acknowledgement on every error, run the packets of one socket concurrently, and cost more than a send does:
 * see `CommandGate` and `ChatCommands`.
 */
@WebSocketGateway()
export class ChatGateway
  implements OnGatewayInit<ChatServer>, OnGatewayConnection<ChatSocket>, BeforeApplicationShutdown
{
  @WebSocketServer()
  private readonly server!: ChatServer;

  constructor(
    private readonly handshake: Handshake,
    private readonly gate: CommandGate,
    private readonly sessions: SessionWatch,
    private readonly connections: Connections,
    private readonly presence: PresenceService,
    private readonly slowConsumers: SlowConsumers,
  ) {}

  afterInit(server: ChatServer): void {
    this.handshake.guard(server);
  }

  handleConnection(socket: ChatSocket): void {
    this.gate.guard(socket);
    this.sessions.guard(socket);
    this.slowConsumers.watch(socket);
    this.connections.open(socket);
    this.presence.watch(socket);
  }

  /** Finishes the commands that run, tells every client, and closes its connection so that it looks for another. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.gate.drain();
    await closeAll([...this.server.sockets.sockets.values()], 'server_stopping');
    await this.presence.leave();
  }
}
