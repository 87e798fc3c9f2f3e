import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Message, ReactionSummary } from '../changes/contract.js';
import { readPage } from '../common/keyset.js';
import { Problem } from '../common/problem.js';
import { toUserResponse } from '../users/user.responses.js';
import type { ListReactionsQuery } from './dto/reaction-inputs.dto.js';
import type { ReactionPageResponse } from './dto/reaction-page.dto.js';
import { MessageChanges } from './message-changes.js';
import { ReactionRecord } from './reaction.entity.js';

/** Different emoji on one message. With `MAX_NAMED` it bounds what a message weighs. */
const MAX_EMOJI = 20;
/** People that a message names for each emoji; the others are only counted. */
const MAX_NAMED = 20;

/**
 * Reactions, of any member to any message of the group. Each is a row, and the message keeps what it shows of them:
 * counts, and who came first. Both are written under the group's lock, so they agree.
 */
@Injectable()
export class ReactionsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: MessageChanges,
  ) {}

  /** Reacting again with the same changes nothing. Throws `message_deleted` and `limit_reached`. */
  add(me: string, messageId: string, emoji: string): Promise<Message> {
    return this.changes.change(me, messageId, 'message:updated', async (message, { manager }) => {
      if (message.deletedAt) throw new Problem('message_deleted');
      const reaction = { messageId, emoji, userId: me };
      if (await manager.existsBy(ReactionRecord, reaction)) return null;
      const reactions = withOne(message.reactions ?? [], emoji, me);
      await manager.insert(ReactionRecord, { ...reaction, createdAt: new Date() });
      return { reactions };
    });
  }

  /** Taking back what is not there changes nothing. Throws `message_deleted`. */
  remove(me: string, messageId: string, emoji: string): Promise<Message> {
    return this.changes.change(me, messageId, 'message:updated', async (message, { manager }) => {
      if (message.deletedAt) throw new Problem('message_deleted');
      const { affected } = await manager.delete(ReactionRecord, { messageId, emoji, userId: me });
      if (!affected) return null;
      // Who comes next may have to be named now.
      const first = await manager.find(ReactionRecord, {
        where: { messageId, emoji },
        order: { createdAt: 'ASC', userId: 'ASC' },
        take: MAX_NAMED,
      });
      const named = first.map(({ userId }) => userId);
      return { reactions: withoutOne(message.reactions ?? [], emoji, named) };
    });
  }

  /** Who reacted with what, by emoji. */
  async list(
    me: string,
    messageId: string,
    { emoji, userId, ...page }: ListReactionsQuery,
  ): Promise<ReactionPageResponse> {
    await this.changes.requireReader(me, messageId);
    const builder = this.dataSource.manager
      .createQueryBuilder(ReactionRecord, 'r')
      .innerJoinAndSelect('r.user', 'user')
      .where('r.messageId = :messageId', { messageId });
    if (emoji !== undefined) builder.andWhere('r.emoji = :emoji', { emoji });
    if (userId !== undefined) builder.andWhere('r.userId = :userId', { userId });
    const found = await readPage(
      builder,
      {
        columns: { 'r.emoji': 'text', 'r.userId': 'id' },
        direction: 'ASC',
        keyOf: (reaction) => [reaction.emoji, reaction.userId],
      },
      page,
    );
    return { ...found, items: found.items.map(toReaction) };
  }
}

function toReaction({ emoji, user, createdAt }: ReactionRecord): ReactionPageResponse['items'][number] {
  return { emoji, user: toUserResponse(user!), createdAt: createdAt.toISOString() };
}

function withOne(reactions: ReactionSummary[], emoji: string, userId: string): ReactionSummary[] {
  if (!reactions.some((summary) => summary.emoji === emoji)) {
    if (reactions.length >= MAX_EMOJI) {
      throw new Problem('limit_reached', `A message has reactions of at most ${MAX_EMOJI} different emoji.`);
    }
    return [...reactions, { emoji, count: 1, userIds: [userId] }];
  }
  return reactions.map((summary) =>
    summary.emoji === emoji
      ? { emoji, count: summary.count + 1, userIds: [...summary.userIds, userId].slice(0, MAX_NAMED) }
      : summary,
  );
}

function withoutOne(reactions: ReactionSummary[], emoji: string, userIds: string[]): ReactionSummary[] | null {
  const left = reactions.flatMap((summary) => {
    if (summary.emoji !== emoji) return [summary];
    return summary.count > 1 ? [{ emoji, count: summary.count - 1, userIds }] : [];
  });
  return left.length > 0 ? left : null;
}
