import { Injectable } from '@nestjs/common';
import { ChangeBus } from '../changes/change-bus.js';
import { Problem } from '../common/problem.js';
import type { ChatSocket } from './chat-socket.js';

/** Who is typing: told to the others, kept nowhere. */
@Injectable()
export class TypingService {
  constructor(private readonly bus: ChangeBus) {}

  /** Tells the other members. Whoever is in the group gets its live changes, so no database is asked. */
  tell(socket: ChatSocket, groupId: string): Record<string, never> {
    if (!socket.data.feeds.has(groupId)) throw new Problem('group_not_found');
    this.bus.publishToGroup(groupId, { kind: 'typing', userId: socket.data.user.id });
    return {};
  }
}
