import { type BeforeApplicationShutdown, UseInterceptors } from '@nestjs/common';
import {
  ConnectedSocket,
  MessageBody,
  type OnGatewayConnection,
  type OnGatewayInit,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
} from '@nestjs/websockets';
import type { Message, SyncResult } from '../changes/contract.js';
import type { ReadStateResponse } from '../groups/dto/group.dto.js';
import { ReadCommand } from '../groups/dto/group-inputs.dto.js';
import { ReadStateService } from '../groups/read-state.service.js';
import { DeleteMessageCommand, EditMessageCommand, SendMessageDto } from '../messages/dto/message-inputs.dto.js';
import { MessagesService } from '../messages/messages.service.js';
import { AckInterceptor } from './ack.interceptor.js';
import type { ChatServer, ChatSocket } from './chat-socket.js';
import { CommandGate } from './command-gate.js';
import { SyncCommand, TypingCommand } from './commands.dto.js';
import { closeAll } from './close.js';
import { Connections } from './connections.js';
import { GroupFeeds } from './group-feeds.js';
import { Handshake } from './handshake.js';
import { SyncService } from './sync.service.js';
import { TypingService } from './typing.service.js';

/** The socket contract: a method a command. */
@WebSocketGateway()
@UseInterceptors(AckInterceptor)
export class ChatGateway
  implements OnGatewayInit<ChatServer>, OnGatewayConnection<ChatSocket>, BeforeApplicationShutdown
{
  @WebSocketServer()
  private readonly server!: ChatServer;

  constructor(
    private readonly handshake: Handshake,
    private readonly gate: CommandGate,
    private readonly connections: Connections,
    private readonly feeds: GroupFeeds,
    private readonly messages: MessagesService,
    private readonly readState: ReadStateService,
    private readonly syncService: SyncService,
    private readonly typingService: TypingService,
  ) {}

  afterInit(server: ChatServer): void {
    this.feeds.serve(server);
    this.handshake.guard(server);
  }

  handleConnection(socket: ChatSocket): void {
    this.gate.guard(socket);
    this.connections.open(socket);
  }

  @SubscribeMessage('message:send')
  send(@ConnectedSocket() { data }: ChatSocket, @MessageBody() dto: SendMessageDto): Promise<Message> {
    return data.lane.overlap(this.messages.send(data.user.id, dto));
  }

  @SubscribeMessage('message:edit')
  edit(@ConnectedSocket() { data }: ChatSocket, @MessageBody() { id, text }: EditMessageCommand): Promise<Message> {
    return data.lane.alone(() => this.messages.edit(data.user.id, id, text));
  }

  @SubscribeMessage('message:delete')
  delete(@ConnectedSocket() { data }: ChatSocket, @MessageBody() { id }: DeleteMessageCommand): Promise<Message> {
    return data.lane.alone(() => this.messages.delete(data.user.id, id));
  }

  @SubscribeMessage('group:sync')
  sync(@ConnectedSocket() { data }: ChatSocket, @MessageBody() command: SyncCommand): Promise<SyncResult> {
    return this.syncService.sync(data.user.id, command);
  }

  @SubscribeMessage('group:read')
  read(@ConnectedSocket() { data }: ChatSocket, @MessageBody() command: ReadCommand): Promise<ReadStateResponse> {
    return data.lane.alone(() => this.readState.read(data.user.id, command.groupId, command.seq));
  }

  @SubscribeMessage('typing')
  typing(@ConnectedSocket() socket: ChatSocket, @MessageBody() { groupId }: TypingCommand): Record<string, never> {
    return this.typingService.tell(socket, groupId);
  }

  /** Finishes the commands that run, tells every client, and closes its connection so that it looks for another. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.gate.drain();
    await closeAll([...this.server.sockets.sockets.values()], 'server_stopping');
  }
}
