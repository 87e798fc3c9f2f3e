import { Injectable, type Type } from '@nestjs/common';
import type { Ack, ClientToServerEvents } from '../changes/contract.js';
import { ReadCommand } from '../groups/dto/group-inputs.dto.js';
import { ReadStateService } from '../groups/read-state.service.js';
import {
  DeleteMessageCommand,
  EditMessageCommand,
  PinCommand,
  SendMessageDto,
} from '../messages/dto/message-inputs.dto.js';
import { ReactionCommand } from '../messages/dto/reaction-inputs.dto.js';
import { MessagesService } from '../messages/messages.service.js';
import { PinsService } from '../messages/pins.service.js';
import { ReactionsService } from '../messages/reactions.service.js';
import type { ChatSocket } from './chat-socket.js';
import { SyncCommand, TypingCommand } from './commands.dto.js';
import { SyncService } from './sync.service.js';
import { TypingService } from './typing.service.js';

export type CommandName = keyof ClientToServerEvents;

type DataOf<C extends CommandName> = Parameters<ClientToServerEvents[C]>[1] extends (answer: Ack<infer T>) => void
  ? T
  : never;

/** What a command carries, and what is done when it is right. */
export interface Command<T = unknown> {
  payload: Type<object>;
  run(socket: ChatSocket, payload: object): T | Promise<T>;
}

/**
 * The commands of the socket contract. A send lets the next command begin at once, since its place is certain; what builds
 * on messages that were sent before waits for them.
 */
@Injectable()
export class ChatCommands {
  constructor(
    private readonly messages: MessagesService,
    private readonly reactions: ReactionsService,
    private readonly pins: PinsService,
    private readonly readState: ReadStateService,
    private readonly sync: SyncService,
    private readonly typing: TypingService,
  ) {}

  readonly table: { [C in CommandName]: Command<DataOf<C>> } = {
    'message:send': command(SendMessageDto, ({ data }, dto) =>
      data.lane.overlap(this.messages.send(data.user.id, dto)),
    ),
    'message:edit': command(EditMessageCommand, ({ data }, { id, text }) =>
      data.lane.alone(() => this.messages.edit(data.user.id, id, text)),
    ),
    'message:delete': command(DeleteMessageCommand, ({ data }, { id }) =>
      data.lane.alone(() => this.messages.delete(data.user.id, id)),
    ),
    'message:pin': command(PinCommand, ({ data }, { id }) => data.lane.alone(() => this.pins.pin(data.user.id, id))),
    'message:unpin': command(PinCommand, ({ data }, { id }) =>
      data.lane.alone(() => this.pins.unpin(data.user.id, id)),
    ),
    'reaction:add': command(ReactionCommand, ({ data }, { messageId, emoji }) =>
      data.lane.alone(() => this.reactions.add(data.user.id, messageId, emoji)),
    ),
    'reaction:remove': command(ReactionCommand, ({ data }, { messageId, emoji }) =>
      data.lane.alone(() => this.reactions.remove(data.user.id, messageId, emoji)),
    ),
    'group:sync': command(SyncCommand, ({ data }, dto) => this.sync.sync(data.user.id, dto)),
    'group:read': command(ReadCommand, ({ data }, { groupId, seq }) =>
      data.lane.alone(() => this.readState.read(data.user.id, groupId, seq)),
    ),
    typing: command(TypingCommand, (socket, { groupId }) => this.typing.tell(socket, groupId)),
  };
}

/** The payload that `run` gets was checked against its class. */
function command<P extends object, T>(
  payload: Type<P>,
  run: (socket: ChatSocket, payload: P) => T | Promise<T>,
): Command<T> {
  return { payload, run: run };
}
