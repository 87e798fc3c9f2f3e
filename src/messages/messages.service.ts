import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { Message } from '../changes/contract.js';
import type { SendMessageDto } from './dto/message-inputs.dto.js';
import { messageChange } from './message-change-sql.js';
import { MessageChanges } from './message-changes.js';
import { MessageWriter } from './message-writer.js';

const IS_AUTHOR = 'm.sender_id = $2::uuid';
/** What tells a repeated send once the text is another. */
const SENT_DIGEST = `sent_digest = COALESCE(m.sent_digest, sha256(convert_to(m.text, 'UTF8')))`;

const EDIT = messageChange({
  name: 'edit-message',
  event: 'message:updated',
  problem: `CASE WHEN NOT ${IS_AUTHOR} THEN 'not_the_author' WHEN m.deleted_at IS NOT NULL THEN 'message_deleted' END`,
  wanted: 'm.text <> $3::text',
  set: `text = $3::text, edited_at = clock_timestamp(), ${SENT_DIGEST}`,
});
const DELETE = messageChange({
  name: 'delete-message',
  event: 'message:deleted',
  problem: `CASE WHEN NOT ${IS_AUTHOR} THEN 'not_the_author' END`,
  wanted: 'm.deleted_at IS NULL',
  set: `text = '', deleted_at = clock_timestamp(), ${SENT_DIGEST}, reactions = NULL, pinned_at = NULL, pinned_by = NULL`,
  also: 'DELETE FROM reactions USING changed WHERE reactions.message_id = changed.id',
});

/** Messages: sent, edited, deleted. */
@Injectable()
export class MessagesService {
  constructor(
    private readonly writer: MessageWriter,
    private readonly changes: MessageChanges,
  ) {}

  /** See `MessageWriter.send`. Enqueued before it returns, so that sends keep the order of the calls. */
  send(me: string, { groupId, text, id, replyTo }: SendMessageDto): Promise<Message> {
    return this.writer.send({ id: id ?? uuidv7(), groupId, senderId: me, text, replyTo: replyTo ?? null });
  }

  /** Only the author may. The same text changes nothing. Throws `message_deleted`. */
  edit(me: string, id: string, text: string): Promise<Message> {
    return this.changes.change(me, id, EDIT, text);
  }

  /** Only the author may. Leaves a tombstone, without reactions and pin; deleting again changes nothing. */
  delete(me: string, id: string): Promise<Message> {
    return this.changes.change(me, id, DELETE);
  }
}
