import { Injectable } from '@nestjs/common';
import { ChangeBus } from '../changes/change-bus.js';
import { Problem } from '../common/problem.js';
import type { ChatSocket } from './chat-socket.js';

/** Who is typing: told to the others, not too often, and kept nowhere. */
@Injectable()
export class TypingService {
  constructor(private readonly bus: ChangeBus) {}

  /** Tells the other members. Whoever is in the group gets its live changes, so no database is asked. */
  tell(socket: ChatSocket, groupId: string): Record<string, never> {
    const feed = socket.data.feeds.get(groupId);
    if (!feed) throw new Problem('group_not_found');
    const userId = socket.data.user.id;
    if (feed.typing.isOpenTo(userId)) this.bus.publishToGroup(groupId, { kind: 'typing', userId });
    return {};
  }
}
