/**
 * How many messages of others, not deleted, come after what a membership (`ms`) of a group (`g`) has read. Seqs have no
 * gaps, so all that are newer need not be counted: only one's own, and the deleted ones, which mostly are few.
 */
export const UNREAD_COUNT = `
  (g.last_seq - ms.read_seq
    - (SELECT count(*) FROM messages own
        WHERE own.sender_id = ms.user_id AND own.group_id = ms.group_id AND own.seq > ms.read_seq)
    - (SELECT count(*) FROM messages gone
        WHERE gone.group_id = ms.group_id AND gone.seq > ms.read_seq
          AND gone.deleted_at IS NOT NULL AND gone.sender_id <> ms.user_id))`;
