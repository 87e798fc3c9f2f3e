/** How many messages of others, not deleted, come after what a membership (`ms`) has read. */
export const UNREAD_COUNT = `
  (SELECT count(*) FROM messages unread
    WHERE unread.group_id = ms.group_id AND unread.seq > ms.read_seq
      AND unread.sender_id <> ms.user_id AND unread.deleted_at IS NULL)`;
