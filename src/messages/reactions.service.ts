import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Message } from '../changes/contract.js';
import { readPage } from '../common/keyset.js';
import { toUserResponse } from '../users/user.responses.js';
import type { ListReactionsQuery } from './dto/reaction-inputs.dto.js';
import type { ReactionPageResponse } from './dto/reaction-page.dto.js';
import { messageChange } from './message-change-sql.js';
import { MessageChanges } from './message-changes.js';
import { ReactionRecord } from './reaction.entity.js';

/** Different emoji on one message. With `MAX_NAMED` it bounds what a message weighs. */
const MAX_EMOJI = 20;
/** People that a message names for each emoji; the others are only counted. */
const MAX_NAMED = 20;

const PROBLEM = `CASE WHEN m.deleted_at IS NOT NULL THEN 'message_deleted' END`;
/** The row of this reaction of mine. */
const MINE =
  'SELECT FROM reactions mine WHERE mine.message_id = m.id AND mine.emoji = $3::text AND mine.user_id = $2::uuid';
/** Whether the message shows this emoji already. */
const IS_SHOWN = `COALESCE(m.reactions @> jsonb_build_array(jsonb_build_object('emoji', $3::text)), false)`;
/** What the message shows, one row an emoji (`one`) in order (`place`). */
const SHOWN = 'jsonb_array_elements(m.reactions) WITH ORDINALITY AS shown (one, place)';

const ADD = messageChange({
  name: 'add-reaction',
  event: 'message:updated',
  problem: PROBLEM,
  wanted: `NOT EXISTS (${MINE})`,
  limit: {
    problem: `CASE WHEN jsonb_array_length(m.reactions) >= ${MAX_EMOJI} AND NOT ${IS_SHOWN} THEN 'limit_reached' END`,
    detail: `A message has reactions of at most ${MAX_EMOJI} different emoji.`,
  },
  set: `reactions = CASE WHEN NOT ${IS_SHOWN} THEN
      COALESCE(m.reactions, '[]') || jsonb_build_object('emoji', $3::text, 'count', 1, 'userIds', ARRAY[$2::uuid])
    ELSE (
      SELECT jsonb_agg(CASE WHEN one->>'emoji' <> $3::text THEN one ELSE
               one || jsonb_build_object('count', (one->>'count')::int + 1)
                   || CASE WHEN jsonb_array_length(one->'userIds') >= ${MAX_NAMED} THEN '{}'
                           ELSE jsonb_build_object('userIds', one->'userIds' || to_jsonb($2::uuid)) END
             END ORDER BY place) FROM ${SHOWN}
    ) END`,
  also: `INSERT INTO reactions (message_id, emoji, user_id, created_at)
         SELECT changed.id, $3::text, $2::uuid, clock_timestamp() FROM changed`,
});
const REMOVE = messageChange({
  name: 'remove-reaction',
  event: 'message:updated',
  problem: PROBLEM,
  wanted: `EXISTS (${MINE})`,
  // The user who came next may have to be named now.
  set: `reactions = (
      SELECT jsonb_agg(CASE WHEN one->>'emoji' <> $3::text THEN one ELSE
               jsonb_build_object('emoji', $3::text, 'count', (one->>'count')::int - 1, 'userIds', ARRAY(
                 SELECT user_id FROM reactions other
                  WHERE other.message_id = m.id AND other.emoji = $3::text AND other.user_id <> $2::uuid
                  ORDER BY created_at, user_id LIMIT ${MAX_NAMED}))
             END ORDER BY place) FROM ${SHOWN}
       WHERE one->>'emoji' <> $3::text OR (one->>'count')::int > 1
    )`,
  also: `DELETE FROM reactions mine USING changed
          WHERE mine.message_id = changed.id AND mine.emoji = $3::text AND mine.user_id = $2::uuid`,
});

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
    return this.changes.change(me, messageId, ADD, emoji);
  }

  /** Taking back what is not there changes nothing. Throws `message_deleted`. */
  remove(me: string, messageId: string, emoji: string): Promise<Message> {
    return this.changes.change(me, messageId, REMOVE, emoji);
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
